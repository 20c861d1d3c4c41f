import { describe, expect, it } from "@jest/globals";
import { createFaultScript } from "./fault-script.ts";
import type { ReceivedRequest } from "./received-request.ts";

const unavailable = { kind: "answer", status: 503 } as const;
const refused = { kind: "answer", status: 400 } as const;
const resetUnread = { kind: "reset", before: "read" } as const;

function request(number: number, body = ""): ReceivedRequest {
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
  const steps = [1, 2, 3, 4].map((number) => script.claimByHead(request(number))?.steps);
  expect(steps).toEqual([[unavailable], [unavailable], [refused], undefined]);
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
    expect(script.claim(request(2))?.steps).toEqual([unavailable]);
    expect(script.claim(request(2))).toBeUndefined();
    expect(fault.strikes).toBe(1);
  });

  it("sees the body, unless the fault strikes before the request is read", () => {
    const script = createFaultScript();
    script.faults.next(unavailable, { when: ({ body }) => body?.includes("poison") ?? false });
    expect(script.claimByHead(request(1, "poison"))).toBeUndefined();
    expect(script.claim(request(1, "poison"))?.steps).toEqual([unavailable]);

    script.faults.next(resetUnread, { when: ({ target }) => target === "/7" });
    expect(script.claimByHead(request(7))?.steps).toEqual([resetUnread]);
  });

  it("gives way to a later fault when it does not hold", () => {
    const script = createFaultScript();
    script.faults.next(unavailable, { when: () => false });
    script.faults.next(refused);
    expect(script.claimByHead(request(1))?.steps).toEqual([refused]);
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

it("holds nothing back any more once everything is cleared", async () => {
  const script = createFaultScript();
  script.faults.next({ kind: "hold", before: "answer" }, { times: 5 });
  const strike = script.claimByHead(request(1));
  script.faults.clear();
  await strike?.released;
  expect(script.faults.pending).toBe(0);
  expect(script.claimByHead(request(2))).toBeUndefined();
});

it("tells those who wait for a strike that the server was closed", async () => {
  const script = createFaultScript();
  const struck = script.faults.next(unavailable).struck();
  script.close();
  await expect(struck).rejects.toThrow("The server was closed");
});

it.each([0, -1, 0.5, Number.NaN])("refuses to strike %p times", (times) => {
  expect(() => createFaultScript().faults.next(unavailable, { times })).toThrow("times must be");
});
