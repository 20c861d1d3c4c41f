import { afterEach, beforeEach, expect, it } from "@jest/globals";
import * as z from "zod";
import { localKeyring, messageCipher } from "../src/index.ts";
import { startFixture, until } from "./messaging-fixture.ts";

const schema = z.object({ n: z.number() });
const quick = { waitTimeMs: 1_000, retry: { baseDelayMs: 1, maxDelayMs: 1 } };
const queue = "test-given-up-queue";

let fixture: Awaited<ReturnType<typeof startFixture>>;

beforeEach(async () => {
  fixture = await startFixture();
});

afterEach(async () => {
  await fixture.close();
});

const encrypted = () => ({
  encryption: messageCipher({
    keys: localKeyring({ keys: { k: new Uint8Array(32) }, currentKeyId: "k" }),
  }),
});

it.each([
  ["raw", {}],
  ["wrapped", {}],
  ["wrapped", encrypted()],
] as const)(
  "a dead letter of a %s message is handled as the message, and says why it is one",
  async (delivery, parts) => {
    const messaging = fixture.messaging(parts);
    await messaging.provision("orders", { delivery });
    await messaging.provision("given-up");
    const bytes = new Uint8Array([0, 255]);
    await messaging.publish(
      { topic: "orders", schema },
      { n: 1 },
      { attributes: { bytes, count: 7, tenant: "t" } },
    );
    messaging.consume(
      { topic: "orders", schema, ...quick, classify: () => "dead-letter", deadLetter: { queue } },
      () => {
        throw new Error("poison");
      },
    );
    const received: unknown[] = [];
    messaging.consume({ queue, schema, ...quick }, (event, { metadata }) => {
      received.push([event, metadata.attributes]);
    });
    await until(() => received.length === 1);
    expect(received).toEqual([
      [
        { n: 1 },
        {
          bytes: expect.anything(),
          count: 7,
          tenant: "t",
          "wirekit.dead-letter.reason": "not-retryable",
          "wirekit.dead-letter.error": "aws-messaging/processing",
          "wirekit.dead-letter.queue": "test-orders-queue",
          "wirekit.dead-letter.attempts": 1,
          "wirekit.dead-letter.failed-at": expect.any(String),
        },
      ],
    ]);
    const [[, attributes]] = received as [[unknown, { bytes: Uint8Array }]];
    expect([...attributes.bytes]).toEqual([0, 255]);
  },
);
