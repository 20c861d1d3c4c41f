import { describe, expect, it } from "@jest/globals";
import { FaultPlan } from "./faults.ts";

const request = { clientId: "client", nodeId: 1 };
const withhold = { kind: "withhold" } as const;
const truncate = { kind: "truncate" } as const;

describe("planned faults", () => {
  it("happen in the order in which they were given, each as often as was said", () => {
    const plan = new FaultPlan();
    plan.add("Fetch", withhold, { times: 2 });
    plan.add("Fetch", truncate, {});
    expect(plan.left).toBe(3);
    expect([1, 2, 3, 4].map(() => plan.take("Fetch", request))).toEqual([
      withhold,
      withhold,
      truncate,
      undefined,
    ]);
    expect(plan.left).toBe(0);
  });

  it("are for one API, and where it is said for one client or one node", () => {
    const plan = new FaultPlan();
    plan.add("Fetch", withhold, { clientId: "other" });
    plan.add("Fetch", truncate, { nodeId: 2 });
    expect(plan.take("Produce", request)).toBeUndefined();
    expect(plan.take("Fetch", request)).toBeUndefined();
    expect(plan.take("Fetch", { clientId: "client", nodeId: 2 })).toBe(truncate);
    expect(plan.take("Fetch", { clientId: "other", nodeId: 1 })).toBe(withhold);
  });

  it("are gone when they are taken back", () => {
    const plan = new FaultPlan();
    plan.add("Fetch", withhold, { times: 9 });
    plan.clear();
    expect(plan.take("Fetch", request)).toBeUndefined();
  });
});
