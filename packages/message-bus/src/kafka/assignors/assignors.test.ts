import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import type { Assignor, GroupSubscriber } from "./assignor.ts";
import { assignors } from "./index.ts";

/** `{ member: "topic..." }`, and partition counts; the assignment as `{ member: "t0 t1" }`. */
function assign(
  assignor: Assignor,
  subscriptions: Readonly<Record<string, readonly string[]>>,
  counts: Readonly<Record<string, number>>,
): Record<string, string> {
  const members = Object.entries(subscriptions).map(([memberId, topics]) => ({ memberId, topics }));
  return shown(assignor(members, new Map(Object.entries(counts))));
}

function shown(assignment: ReturnType<Assignor>): Record<string, string> {
  const names = [...assignment].map(([memberId, byTopic]) => {
    const partitions = [...byTopic].flatMap(([topic, numbers]) =>
      numbers.map((number) => `${topic}p${number}`),
    );
    return [memberId, partitions.join(" ")];
  });
  return Object.fromEntries(names);
}

describe("range", () => {
  // The example in the documentation of Java's RangeAssignor: the first member is the one with more, of every
  // topic anew.
  it("shares out each topic by itself", () => {
    expect(assign(assignors.range, { C0: ["t0", "t1"], C1: ["t0", "t1"] }, { t0: 3, t1: 3 })).toEqual({
      C0: "t0p0 t0p1 t1p0 t1p1",
      C1: "t0p2 t1p2",
    });
  });

  it.each([
    [1, 3, { c1: "t0p0", c2: "", c3: "" }],
    [4, 3, { c1: "t0p0 t0p1", c2: "t0p2", c3: "t0p3" }],
    [5, 3, { c1: "t0p0 t0p1", c2: "t0p2 t0p3", c3: "t0p4" }],
    [11, 2, { c1: "t0p0 t0p1 t0p2 t0p3 t0p4 t0p5", c2: "t0p6 t0p7 t0p8 t0p9 t0p10" }],
  ])("gives runs of %i partitions to %i members, the first ones one more", (count, members, expected) => {
    const subscriptions = Object.fromEntries(
      Array.from({ length: members }, (_, index) => [`c${index + 1}`, ["t0"]]),
    );
    expect(assign(assignors.range, subscriptions, { t0: count })).toEqual(expected);
  });

  it("gives a topic only to those who are subscribed to it", () => {
    const subscriptions = { c1: ["t1"], c2: ["t1", "t2"], c3: ["t1"] };
    expect(assign(assignors.range, subscriptions, { t1: 3, t2: 2 })).toEqual({
      c1: "t1p0",
      c2: "t1p1 t2p0 t2p1",
      c3: "t1p2",
    });
  });
});

describe("roundrobin", () => {
  // The examples in the documentation of Java's RoundRobinAssignor.
  it("lays out all partitions and gives one to each member in turn", () => {
    expect(assign(assignors.roundrobin, { C0: ["t0", "t1"], C1: ["t0", "t1"] }, { t0: 3, t1: 3 })).toEqual({
      C0: "t0p0 t0p2 t1p1",
      C1: "t0p1 t1p0 t1p2",
    });
  });

  it("passes over members that are not subscribed", () => {
    const subscriptions = { C0: ["t0"], C1: ["t0", "t1"], C2: ["t0", "t1", "t2"] };
    expect(assign(assignors.roundrobin, subscriptions, { t0: 1, t1: 2, t2: 3 })).toEqual({
      C0: "t0p0",
      C1: "t1p0",
      C2: "t1p1 t2p0 t2p1 t2p2",
    });
  });
});

describe.each(Object.entries(assignors))("%s", (_, assignor) => {
  it("gives nothing of a topic that does not exist, and nothing to whom there is nothing for", () => {
    expect(assign(assignor, { c1: ["gone"], c2: [] }, {})).toEqual({ c1: "", c2: "" });
    expect(assign(assignor, {}, { t: 3 })).toEqual({});
  });

  it("orders topics and ids as Java does: by code units, not by anybody's language", () => {
    expect(assign(assignor, { b: ["t"], B: ["t"], "a-10": ["t"], "a-9": ["t"] }, { t: 4 })).toEqual({
      B: "tp0",
      "a-10": "tp1",
      "a-9": "tp2",
      b: "tp3",
    });
    const byTopic = assign(assignor, { c: ["ä", "a", "Z", "a.b"] }, { ä: 1, a: 1, Z: 1, "a.b": 1 });
    expect(byTopic).toEqual({ c: "Zp0 ap0 a.bp0 äp0" });
  });

  it("lets static members come first, by their names", () => {
    const members: GroupSubscriber[] = [
      { memberId: "a", topics: ["t"] },
      { memberId: "z1", groupInstanceId: "two", topics: ["t"] },
      { memberId: "z2", groupInstanceId: "one", topics: ["t"] },
    ];
    expect(shown(assignor(members, new Map([["t", 3]])))).toEqual({ z2: "tp0", z1: "tp1", a: "tp2" });
  });

  it("gives every partition that anybody wants to exactly one who wants it, whatever the order of the members", () => {
    const topics = ["t0", "t1", "t2"];
    const subscriptions = fc.dictionary(
      fc.string({ minLength: 1, maxLength: 4 }),
      fc.uniqueArray(fc.constantFrom(...topics)),
      { maxKeys: 6, noNullPrototype: true },
    );
    const counts = fc.record({ t0: fc.nat(9), t1: fc.nat(9), t2: fc.nat(9) });
    fc.assert(
      fc.property(subscriptions, counts, fc.nat(), (wanted, partitions, turn) => {
        const members = Object.entries(wanted).map(([memberId, list]) => ({ memberId, topics: list }));
        const countOf = new Map(Object.entries(partitions));
        const assignment = assignor(members, countOf);
        for (const topic of topics) {
          const given = members.flatMap(({ memberId, topics: list }) => {
            const got = assignment.get(memberId)?.get(topic) ?? [];
            if (got.length > 0) expect(list).toContain(topic);
            return got;
          });
          const isWanted = members.some(({ topics: list }) => list.includes(topic));
          const all = Array.from({ length: isWanted ? (countOf.get(topic) ?? 0) : 0 }, (_, index) => index);
          expect([...given].sort((one, other) => one - other)).toEqual(all);
        }
        const by = members.length === 0 ? 0 : turn % members.length;
        const rotated = [...members.slice(by), ...members.slice(0, by)];
        expect(shown(assignor(rotated, countOf))).toEqual(shown(assignment));
      }),
    );
  });
});
