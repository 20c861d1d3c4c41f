import { describe, expect, it } from "@jest/globals";
import { ConfigError, TimeoutError } from "@wirekit/core";
import type { SqsDelivery } from "@wirekit/core/sqs";
import * as z from "zod";
import type { KeyProvider } from "../encryption/key-provider.ts";
import { localKeyring } from "../encryption/local-keyring.ts";
import { messageCipher } from "../encryption/message-cipher.ts";
import { AWSConnectionError, InvalidMessageError, MessageProcessingError } from "../errors.ts";
import { encodeAttributes } from "../wire/attributes.ts";
import { readDelivery } from "./read-delivery.ts";

const keys = localKeyring({ keys: { k: new Uint8Array(32) }, currentKeyId: "k" });

/** What comes of reading an encrypted message with keys from `provider`. */
async function readWith(provider: KeyProvider) {
  const { body, attributes } = await messageCipher({ keys }).encrypt({ body: '{"n":1}', attributes: {} });
  const message = { MessageAttributes: encodeAttributes(attributes) };
  const delivery = { id: "m-1", attempt: 1, body, message } as unknown as SqsDelivery;
  return readDelivery(delivery, {
    queue: "orders-queue",
    cipher: messageCipher({ keys: provider }),
    find: () => ({ schema: z.object({ n: z.number() }), handler: () => undefined }),
  });
}

const failing = (thrown: unknown): KeyProvider => ({ ...keys, decryptDataKey: () => Promise.reject(thrown) });

describe("a message whose key cannot be had for now", () => {
  it.each<[string, unknown]>([
    ["an error of the provider's own", new TypeError("fetch failed")],
    ["no error at all", undefined],
    ["a missing package", new ConfigError([{ path: "encryption", message: "needs a package" }])],
    ["a missing right", new AWSConnectionError("no", { kind: "denied" })],
  ])("comes again, and is not called invalid: %s", async (_what, thrown) => {
    const failed = await readWith(failing(thrown)).catch((error: unknown) => error);
    expect(failed).toBeInstanceOf(MessageProcessingError);
    expect(failed).toMatchObject({ retryable: true });
  });

  it("says so itself, where its provider does", async () => {
    const slow = new TimeoutError("The vault", 1_000);
    await expect(readWith(failing(slow))).rejects.toBe(slow);
  });
});

it("is invalid when its provider says that the key is not authentic", async () => {
  await expect(readWith(failing(new InvalidMessageError("changed")))).rejects.toThrow(InvalidMessageError);
  await expect(readWith(keys)).resolves.toMatchObject({ event: { n: 1 } });
});
