import { Slots, sleep } from "@wirekit/core/kit";

const done: string[] = [];
const slots = new Slots<{ customer: string; order: number; takesMs: number }>({
  concurrency: 8,
  keyOf: ({ customer }) => customer,
  run: async ({ customer, order, takesMs }) => {
    await sleep(takesMs);
    done.push(`${customer}${order}`);
  },
});

slots.add({ customer: "a", order: 1, takesMs: 100 });
slots.add({ customer: "a", order: 2, takesMs: 1 }); // waits for the one before it
slots.add({ customer: "b", order: 1, takesMs: 1 }); // does not
await slots.whenIdle();
console.log(done.join(" ")); // prints: b1 a1 a2

const { waiting, running } = await slots.drain({ timeoutMs: 10_000 });
console.log(waiting.length, running.length); // prints: 0 0
