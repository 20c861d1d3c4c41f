import type { Clock } from "@wirekit/core";
import { Faults, option, readOptions } from "@wirekit/core/kit";
import { InvalidMessageError } from "../errors.ts";
import type { Attributes } from "../wire/attributes.ts";
import { open, seal } from "./aes-gcm.ts";
import type { DataKey, KeyProvider } from "./key-provider.ts";

/** The attributes that say how a body was encrypted. They count towards the ten that a message may have. */
export const encryptionAttributes = {
  algorithm: "wirekit.encryption",
  keyId: "wirekit.key-id",
  dataKey: "wirekit.data-key",
} as const;

/**
 * What is added to a message that is given up, in the order of its worth. Not bound to the body: a dead
 * letter can be decrypted, and be handled again, as the message that it was.
 */
export const deadLetterAttributes = {
  reason: "wirekit.dead-letter.reason",
  error: "wirekit.dead-letter.error",
  queue: "wirekit.dead-letter.queue",
  attempts: "wirekit.dead-letter.attempts",
  failedAt: "wirekit.dead-letter.failed-at",
} as const;

/** Their names. */
export const deadLetterNames: ReadonlySet<string> = new Set(Object.values(deadLetterAttributes));

/** The one algorithm there is, by the name that JSON Web Algorithms (RFC 7518) give it. */
const algorithm = "A256GCM";

export interface MessageCipherOptions {
  readonly keys: KeyProvider;
  /**
   * How long one data key is used for new messages, and how long one that was decrypted is kept, in
   * milliseconds. Default 300,000.
   */
  readonly dataKeyLifetimeMs?: number | undefined;
  /** For how many messages at most. Default 1,000,000: far below where random nonces may meet. */
  readonly dataKeyMaxMessages?: number | undefined;
  /**
   * What to do with a message that came in the clear: take it, as during a migration, or call it invalid.
   * Default `"refuse"`: otherwise anyone who can write to the queue could leave the encryption out.
   */
  readonly unencrypted?: "accept" | "refuse" | undefined;
  readonly clock?: Clock | undefined;
}

/** A message as it is handed to, or came from, the transport. */
export interface CipherText {
  readonly body: string;
  readonly attributes: Attributes;
}

/** Encrypts bodies on their way out and decrypts them on their way in. */
export interface MessageCipher {
  encrypt(message: CipherText): Promise<CipherText>;
  /**
   * Rejects with `InvalidMessageError` when the message is not authentic, or in the clear where that is
   * refused.
   */
  decrypt(message: CipherText): Promise<CipherText>;
}

const knownDataKeys = 1_000;

const rules = {
  keys: option.methods<KeyProvider, { presence: "required" }>(["generateDataKey", "decryptDataKey"], {
    presence: "required",
  }),
  dataKeyLifetimeMs: option.number({
    minimum: Number.MIN_VALUE,
    unlimited: "allowed",
    default: 300_000,
  }),
  dataKeyMaxMessages: option.whole({ minimum: 1, unlimited: "allowed", default: 1_000_000 }),
  unencrypted: option.oneOf(["accept", "refuse"], { default: "refuse" }),
  clock: option.clock(),
};

/**
 * Envelope encryption: each body under a data key that is used for a short while, the data key encrypted by
 * the provider. The message's attributes are bound to the body, so that neither can be exchanged for those of
 * another message.
 *
 * @throws ConfigError naming every option at fault.
 */
export function messageCipher(options: MessageCipherOptions): MessageCipher {
  const faults = new Faults();
  const { keys, dataKeyLifetimeMs, dataKeyMaxMessages, unencrypted, clock } = readOptions(
    options,
    rules,
    faults,
  );
  faults.throwIfAny();
  let current: { readonly key: Promise<DataKey>; readonly since: number; used: number } | undefined;
  const decrypted = new Map<string, { readonly key: Promise<Uint8Array>; readonly since: number }>();

  function dataKey(): Promise<DataKey> {
    const stale =
      current === undefined ||
      current.used >= dataKeyMaxMessages ||
      clock.monotonic() - current.since >= dataKeyLifetimeMs;
    if (stale || current === undefined) {
      const key = keys.generateDataKey();
      const made = { key, since: clock.monotonic(), used: 0 };
      current = made;
      // A provider that failed once is asked again by the next message.
      key.catch(() => {
        if (current === made) current = undefined;
      });
    }
    current.used += 1;
    return current.key;
  }

  function plainDataKey(keyId: string, encrypted: Uint8Array): Promise<Uint8Array> {
    const name = `${keyId}:${Buffer.from(encrypted).toString("base64")}`;
    const known = decrypted.get(name);
    // Not for ever: a key that was disabled meanwhile must come to be noticed.
    if (known !== undefined && clock.monotonic() - known.since < dataKeyLifetimeMs) return known.key;
    const asked = { key: keys.decryptDataKey({ keyId, encrypted }), since: clock.monotonic() };
    decrypted.delete(name);
    decrypted.set(name, asked);
    asked.key.catch(() => {
      if (decrypted.get(name) === asked) decrypted.delete(name);
    });
    // The oldest goes first: data keys are short-lived, so that is the one least likely to be met again.
    const oldest = decrypted.size > knownDataKeys ? decrypted.keys().next().value : undefined;
    if (oldest !== undefined) decrypted.delete(oldest);
    return asked.key;
  }

  return {
    async encrypt({ body, attributes }) {
      const { keyId, plaintext, encrypted } = await dataKey();
      const bound = associatedData(attributes, keyId);
      const sealed = await seal(plaintext, new TextEncoder().encode(body), bound);
      return {
        body: Buffer.from(sealed).toString("base64"),
        attributes: {
          ...attributes,
          [encryptionAttributes.algorithm]: algorithm,
          [encryptionAttributes.keyId]: keyId,
          [encryptionAttributes.dataKey]: encrypted,
        },
      };
    },

    async decrypt(message) {
      const { [encryptionAttributes.algorithm]: named, ...rest } = message.attributes;
      if (named === undefined) {
        if (unencrypted === "accept") return message;
        throw new InvalidMessageError("The message is not encrypted");
      }
      const {
        [encryptionAttributes.keyId]: keyId,
        [encryptionAttributes.dataKey]: encrypted,
        ...attributes
      } = rest;
      if (named !== algorithm || typeof keyId !== "string" || !(encrypted instanceof Uint8Array)) {
        throw new InvalidMessageError(
          "The message's encryption attributes are incomplete, or name an unknown algorithm",
        );
      }
      // A provider that cannot be reached is no fault of the message's: that error is passed on as it is.
      const key = await plainDataKey(keyId, encrypted);
      try {
        const sealed = Buffer.from(message.body, "base64");
        const plain = await open(key, sealed, associatedData(attributes, keyId));
        return { body: new TextDecoder().decode(plain), attributes };
      } catch (cause) {
        throw new InvalidMessageError(
          "The message fails authentication: body or attributes were changed on the way",
          {
            details: { keyId },
            cause,
          },
        );
      }
    },
  };
}

/** Attributes in a form that is the same on both sides, in whatever order and protocol they travelled. */
function associatedData(attributes: Attributes, keyId: string): Uint8Array {
  const bound = Object.entries(attributes)
    .filter(([name]) => !deadLetterNames.has(name))
    .map(([name, value]) =>
      value instanceof Uint8Array
        ? [name, "b", Buffer.from(value).toString("base64")]
        : [name, "s", String(value)],
    )
    .sort(([one = ""], [other = ""]) => (one < other ? -1 : 1));
  return new TextEncoder().encode(JSON.stringify([algorithm, keyId, bound]));
}
