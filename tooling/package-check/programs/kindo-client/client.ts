import { KindoClient, type ProducerPayload, signRequest } from "@wirekit/kindo-client";

const message: ProducerPayload = {
  event_type: "payment.processed",
  message_channel: "internal",
  behavior: "instant",
  security_level: "sensitive",
  payload: { amount: 99.99, lines: [{ sku: "1" }] },
};

// @ts-expect-error the only behavior there is today is "instant"
const scheduled: ProducerPayload = { ...message, behavior: "scheduled" };

// @ts-expect-error either the URL or the ARN
new KindoClient({ url: "https://abc.example/", arn: "arn:aws:lambda:eu-west-1:123456789012:function:f" });

export async function run(signal: AbortSignal): Promise<readonly string[]> {
  // `undefined` stands for "not given", whatever the user's compiler makes of optional properties.
  const client = new KindoClient({ url: "https://abc.example/", region: undefined, credentials: undefined });
  const disposable: AsyncDisposable = client;
  const { trackingId } = await client.send(message, { signal });
  const { outcomes } = await client.sendMany([message, scheduled], { concurrency: 4, signal });
  const ids = outcomes.flatMap((outcome) => (outcome.kind === "delivered" ? [outcome.trackingId] : []));
  await disposable[Symbol.asyncDispose]();
  return [trackingId, ...ids];
}

export const signed = signRequest(
  { method: "GET", url: "https://abc.example/", headers: [["X-A", "1"]] },
  { region: "r", service: "s", credentials: { accessKeyId: "a", secretAccessKey: "b" } },
);
