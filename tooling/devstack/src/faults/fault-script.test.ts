import { describe, expect, it } from "@jest/globals";
import { type HttpFault, type HttpOn, httpVocabulary, type MatchedRequest } from "../http/http-fault.ts";
import { FaultScript } from "./fault-script.ts";

const unavailable = { kind: "answer", status: 503 } as const;
const refused = { kind: "answer", status: 400 } as const;
const resetUnread = { kind: "reset", before: "read" } as const;

function createFaultScript() {
  return new FaultScript<HttpFault, HttpOn, MatchedRequest>(httpVocabulary);
}

function request(number: number, body = ""): MatchedRequest {
  return {
    number,
    connection: 1,
    method: "POST",
    target: `/${number}`,
    rawHeaders: [],
    headers: {},
    body: Buffer.from(body),
  };
}

it("strikes in the order in which the faults were added, each as often as it was asked to", () => {
  const script = createFaultScript();
  script.faults.next(unavailable, { times: 2 });
  script.faults.next(refused);
  expect(script.faults.pending).toBe(3);
  const faults = [1, 2, 3, 4].map((number) => script.claimByHead(request(number))?.faults);
  expect(faults).toEqual([[unavailable], [unavailable], [refused], undefined]);
  expect(script.faults.pending).toBe(0);
});

it("strikes for ever when times is Infinity, until it is cancelled", () => {
  const script = createFaultScript();
  const down = script.faults.next(unavailable, { times: Number.POSITIVE_INFINITY });
  for (let number = 1; number <= 50; number += 1) {
    expect(script.claimByHead(request(number))).toBeDefined();
  }
  down.cancel();
  expect(script.claimByHead(request(51))).toBeUndefined();
  expect(down.strikes).toBe(50);
});

describe("a predicate", () => {
  it("lets other requests pass without counting them", () => {
    const script = createFaultScript();
    const fault = script.faults.next(unavailable, { when: ({ target }) => target === "/2" });
    expect(script.claim(request(1))).toBeUndefined();
    expect(script.claim(request(2))?.faults).toEqual([unavailable]);
    expect(script.claim(request(2))).toBeUndefined();
    expect(fault.strikes).toBe(1);
  });

  it("sees the body, unless the fault strikes before the request is read", () => {
    const script = createFaultScript();
    script.faults.next(unavailable, { when: ({ body }) => body?.includes("poison") ?? false });
    expect(script.claimByHead(request(1, "poison"))).toBeUndefined();
    expect(script.claim(request(1, "poison"))?.faults).toEqual([unavailable]);

    script.faults.next(resetUnread, { when: ({ target }) => target === "/7" });
    expect(script.claimByHead(request(7))?.faults).toEqual([resetUnread]);
  });

  it("gives way to a later fault when it does not hold", () => {
    const script = createFaultScript();
    script.faults.next(unavailable, { when: () => false });
    script.faults.next(refused);
    expect(script.claim(request(1))?.faults).toEqual([refused]);
  });
});

it("never strikes a request that was read with a fault that is due before reading", () => {
  const script = createFaultScript();
  script.faults.next(resetUnread);
  expect(script.claim(request(1))).toBeUndefined();
});

it("tells which request it struck, and when that has ended", async () => {
  const script = createFaultScript();
  const fault = script.faults.next(unavailable, { times: 2 });
  const second = fault.struck(2);
  const ended = fault.ended();
  script.claimByHead(request(1))?.end();
  script.claimByHead(request(2));
  await expect(second).resolves.toMatchObject({ number: 2 });
  await expect(ended).resolves.toMatchObject({ number: 1 });
});

it("holds nothing back any more once everything is cleared", () => {
  const script = createFaultScript();
  script.faults.next({ kind: "hold", before: "answer" }, { times: 5 });
  const strike = script.claimByHead(request(1));
  script.faults.clear();
  expect(strike?.released.aborted).toBe(true);
  expect(script.faults.pending).toBe(0);
  expect(script.claimByHead(request(2))).toBeUndefined();
});

it("tells those who wait for a strike that the server was closed", async () => {
  const script = createFaultScript();
  const struck = script.faults.next(unavailable).struck();
  script.close();
  await expect(struck).rejects.toThrow("The server was closed");
});

it("asks earlier faults that have to see the body before later ones that have not", () => {
  const script = createFaultScript();
  const poisoned = ({ body }: MatchedRequest) => body?.includes("poison");
  const first = script.faults.next(refused, { when: poisoned });
  script.faults.next(unavailable);
  expect(script.claimByHead(request(1, "poison"))).toBeUndefined();
  expect(script.claim(request(1, "poison"))?.faults).toEqual([refused]);
  expect(first.strikes).toBe(1);
});

describe("who waits for a strike that never comes", () => {
  it("is told when the fault is spent", async () => {
    const script = createFaultScript();
    const fault = script.faults.next(unavailable);
    const [second, ended] = [fault.struck(2), fault.ended(2)];
    script.claimByHead(request(1))?.end();
    await expect(second).rejects.toThrow("no more requests");
    await expect(ended).rejects.toThrow("no more requests");
    await expect(fault.struck()).resolves.toMatchObject({ number: 1 });
  });

  it("is told when the fault is cancelled, but not before what it struck has ended", async () => {
    const script = createFaultScript();
    const fault = script.faults.next(unavailable, { times: 3 });
    const strike = script.claimByHead(request(1));
    const [second, ended] = [fault.struck(2), fault.ended()];
    fault.cancel();
    await expect(second).rejects.toThrow("cancelled");
    strike?.end();
    await expect(ended).resolves.toMatchObject({ number: 1 });
    expect(script.faults.pending).toBe(0);
  });
});

describe("a target", () => {
  it("is a path, and a method where it is said", () => {
    const script = createFaultScript();
    script.faults.next(unavailable, { on: "/2" });
    script.faults.next(refused, { on: { path: "/2", method: "GET" } });
    expect(script.claimByHead(request(1))).toBeUndefined();
    expect(script.claimByHead({ ...request(2), target: "/2?a=/1" })?.faults).toEqual([unavailable]);
    expect(script.claimByHead(request(2))).toBeUndefined();
    expect(script.claimByHead({ ...request(2), method: "GET" })?.faults).toEqual([refused]);
  });
});

it.each([
  [
    "an unknown kind",
    { kind: "drop" },
    {},
    'fault.kind "drop" does not exist: the kinds are hold, reset, close',
  ],
  ["no kind", {}, {}, "fault.kind undefined does not exist"],
  ["no fault", undefined, {}, "fault must be an object"],
  [
    "a misspelt member",
    { kind: "hold", befor: "read" },
    {},
    "fault (hold).befor does not exist: its members are before",
  ],
  ["a member too many", { kind: "endless", afterBytes: 1 }, {}, "it has no members"],
  ["a missing member", { kind: "reset" }, {}, "before must be one of read, apply, answer, not undefined"],
  [
    "a wrong member",
    { kind: "answer", status: 99 },
    {},
    "fault (answer).status must be a status from 200 to 599, not 99",
  ],
  ["the second of a list", [resetUnread, { kind: "resett" }], {}, 'fault[1].kind "resett" does not exist'],
  [
    "a misspelt option",
    unavailable,
    { time: 2 },
    "target.time does not exist: its members are on, times, when",
  ],
  ["times", unavailable, { times: 0 }, "target.times must be a whole number above 0, or Infinity, not 0"],
  ["times that is no number", unavailable, { times: Number.NaN }, "target.times must be"],
  ["half a time", unavailable, { times: 0.5 }, "target.times must be"],
  ["a predicate that is none", unavailable, { when: true }, "target.when must be a function, not true"],
  ["what it is on", unavailable, { on: 7 }, "target.on must be a text or an object, not 7"],
  [
    "a member of on",
    unavailable,
    { on: { url: "/" } },
    "target.on.url does not exist: its members are path, method",
  ],
  ["a path", unavailable, { on: "a?b" }, 'target.on.path must be a path that begins with "/"'],
  ["a method", unavailable, { on: { method: "get" } }, "target.on.method must be one of GET"],
])("refuses %s, and plans nothing", (_, fault, target, message) => {
  const { faults } = createFaultScript();
  expect(() => faults.next(fault as never, target as never)).toThrow(message);
  expect(faults.pending).toBe(0);
});
