import { sleep } from "@wirekit/core";
import { Slots } from "@wirekit/core/inbound";

const slots = new Slots<{ customer: string; amount: number }>({
  concurrency: 8,
  keyOf: ({ customer }) => customer,
  run: async ({ amount }) => {
    await sleep(amount);
  },
});

slots.add({ customer: "a", amount: 100 });
slots.add({ customer: "a", amount: 1 }); // waits for the one before it
slots.add({ customer: "b", amount: 1 }); // does not
await slots.whenIdle();
const { waiting, running } = await slots.drain({ timeoutMs: 10_000 });
console.log(waiting.length, running.length);
