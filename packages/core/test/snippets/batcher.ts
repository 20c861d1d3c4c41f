import { ConnectionError } from "@wirekit/core";
import { Batcher, utf8Length } from "@wirekit/core/outbound";

const requests: string[][] = [];
const batcher = new Batcher<{ group: string; body: string }, string>({
  maxEntries: 10,
  maxBytes: 262_144,
  sizeOf: ({ body }) => utf8Length(body),
  keyOf: ({ group }) => group,
  // One request for many messages, and one result for each of them, in their order.
  flush: async (entries) => {
    requests.push(entries.map(({ item }) => item.body));
    return entries.map(({ item, attempt }) =>
      item.body === "two" && attempt === 1
        ? { kind: "failed", error: new ConnectionError("busy") }
        : { kind: "delivered", receipt: `${item.group}-${item.body}` },
    );
  },
});

const receipts = await Promise.all([
  batcher.send({ group: "a", body: "one" }),
  batcher.send({ group: "b", body: "two" }, { timeoutMs: 5_000 }),
  batcher.send({ group: "b", body: "three" }),
]);
console.log(receipts.join(" ")); // prints: a-one b-two b-three
console.log(JSON.stringify(requests)); // prints: [["one","two"],["two"],["three"]]

const { notSent, unconfirmed } = await batcher.close({ timeoutMs: 10_000 });
console.log(notSent.length, unconfirmed.length); // prints: 0 0
