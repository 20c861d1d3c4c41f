import { ConnectionError } from "@wirekit/core";
import { Batcher, utf8Length } from "@wirekit/core/outbound";

const batcher = new Batcher<{ group: string; body: string }, string>({
  maxEntries: 10,
  maxBytes: 262_144,
  sizeOf: ({ body }) => utf8Length(body),
  keyOf: ({ group }) => group,
  flush: async (entries, { signal }) => {
    const bodies = entries.map(({ item }) => item.body);
    const response = await fetch("https://example.com/batch", {
      method: "POST",
      body: JSON.stringify(bodies),
      signal,
    });
    if (!response.ok) throw new ConnectionError(`the service answered ${response.status}`);
    const ids = (await response.json()) as (string | null)[];
    return ids.map((id) =>
      id === null
        ? { kind: "failed", error: new ConnectionError("not taken this time") }
        : { kind: "delivered", receipt: id },
    );
  },
});

const [first, second] = await Promise.all([
  batcher.send({ group: "a", body: "one" }),
  batcher.send({ group: "b", body: "two" }, { timeoutMs: 5_000 }),
]);
console.log(first, second);
const { notSent, unconfirmed } = await batcher.close({ timeoutMs: 10_000 });
console.log(notSent.length, unconfirmed.length);
