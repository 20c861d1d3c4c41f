import { afterEach, expect, it } from "@jest/globals";
import { afterInput } from "./after-input.ts";

const { setImmediate: saved } = globalThis;
afterEach(() => {
  globalThis.setImmediate = saved;
});

it("comes after what was due in this turn", async () => {
  const order: string[] = [];
  const done = new Promise<void>((resolve) =>
    afterInput(() => {
      order.push("after");
      resolve();
    }),
  );
  await Promise.resolve();
  order.push("before");
  await done;
  expect(order).toEqual(["before", "after"]);
});

it("comes round also where the runtime has no setImmediate", async () => {
  Reflect.deleteProperty(globalThis, "setImmediate");
  await new Promise<void>((resolve) => afterInput(resolve));
});
