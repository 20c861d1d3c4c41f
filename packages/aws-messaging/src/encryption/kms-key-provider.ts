import { toAwsError } from "@wirekit/core/aws";
import { once, option, peerFailure } from "@wirekit/core/kit";
import { type AwsMessagingConfig, configRule, readAskingOptions } from "../config.ts";
import { clientSettings } from "../connection/sdk-settings.ts";
import { InvalidMessageError } from "../errors.ts";
import type { KeyProvider } from "./key-provider.ts";

/** The part of KMS that is used here, in KMS's own names. `new KMS()` of `@aws-sdk/client-kms` is one. */
export interface KmsApi {
  generateDataKey(input: {
    readonly KeyId: string;
    readonly KeySpec: "AES_256";
    readonly EncryptionContext: Record<string, string> | undefined;
  }): Promise<{
    readonly KeyId?: string | undefined;
    readonly Plaintext?: Uint8Array | undefined;
    readonly CiphertextBlob?: Uint8Array | undefined;
  }>;
  decrypt(input: {
    readonly KeyId: string;
    readonly CiphertextBlob: Uint8Array;
    readonly EncryptionContext: Record<string, string> | undefined;
  }): Promise<{ readonly Plaintext?: Uint8Array | undefined }>;
}

export interface KmsKeyProviderOptions {
  /** The key for new messages: its ARN, its id, or `alias/...`. */
  readonly keyId: string;
  /**
   * Other keys under which messages may still be encrypted. A message that names a key which is neither here
   * nor `keyId` is invalid: else anyone who can write to the queue could have it read with a key of their
   * own.
   */
  readonly formerKeyIds?: readonly string[] | undefined;
  /** What KMS binds to each data key, and shows in CloudTrail. Must be the same on both sides; no secret. */
  readonly encryptionContext?: Readonly<Record<string, string>> | undefined;
  /** Where and as whom to ask KMS. One of `config` and `kms` is needed. */
  readonly config?: AwsMessagingConfig | undefined;
  /** A client that the program has already; it is not closed by us. */
  readonly kms?: KmsApi | undefined;
}

/** Data keys from KMS. */
export interface KmsKeyProvider extends KeyProvider {
  /** Closes the client that was made here. */
  close(): void;
}

const keyBytes = 32;
/** Whatever KMS answers, the message that the key is for has not left. */
const beforeSending = { request: "unsent" } as const;

/**
 * Data keys that KMS makes and encrypts. It is asked once for each data key, which {@link messageCipher} uses
 * for many messages, and not for each message. `@aws-sdk/client-kms` is loaded on first use.
 *
 * Errors are those of the cipher: `InvalidMessageError` for a data key that is not authentic or was made
 * under a foreign key, and
 * `AWSConnectionError` where KMS could not be asked, or refuses.
 *
 * @throws ConfigError naming every option at fault.
 */
export function kmsKeyProvider(options: KmsKeyProviderOptions): KmsKeyProvider {
  const { keyId, formerKeyIds, encryptionContext, config, kms } = readAskingOptions(options, rules, "kms");
  const own: { destroy(): void }[] = [];
  const api = once<KmsApi>(async () => {
    if (kms !== undefined) return kms;
    const { KMS } = await import("@aws-sdk/client-kms").catch(
      peerFailure("@aws-sdk/client-kms", "encryption"),
    );
    const keep = <Client extends { destroy(): void }>(client: Client) => {
      own.push(client);
      return client;
    };
    const { requestTimeoutMs, retry } = config as AwsMessagingConfig;
    const settings = await clientSettings(config as AwsMessagingConfig, keep);
    const requestHandler = {
      ...settings.requestHandler,
      requestTimeout: requestTimeoutMs,
      throwOnRequestTimeout: true,
    };
    return keep(new KMS({ ...settings, requestHandler, maxAttempts: retry.maxAttempts }));
  });
  const context = { EncryptionContext: encryptionContext && { ...encryptionContext } };

  /** `undefined` where KMS says that it was not made under `KeyId`. */
  async function decryptUnder(KeyId: string, CiphertextBlob: Uint8Array): Promise<Uint8Array | undefined> {
    const client = await api();
    try {
      return (await client.decrypt({ KeyId, CiphertextBlob, ...context })).Plaintext;
    } catch (thrown) {
      if (notAuthentic.test(String((thrown as { readonly name?: unknown } | undefined)?.name)))
        return undefined;
      throw toAwsError("Decrypting a data key", thrown, beforeSending);
    }
  }

  return {
    async generateDataKey() {
      const client = await api();
      const what = "Generating a data key";
      const input = { KeyId: keyId, KeySpec: "AES_256", ...context } as const;
      const made = await client.generateDataKey(input).catch((thrown) => {
        throw toAwsError(what, thrown, beforeSending);
      });
      const { KeyId = keyId, Plaintext: plaintext, CiphertextBlob: encrypted } = made;
      if (plaintext?.byteLength !== keyBytes || encrypted === undefined) {
        throw toAwsError(
          what,
          Object.assign(new Error("no data key"), { name: "IncompleteAnswer" }),
          beforeSending,
        );
      }
      return { keyId: KeyId, plaintext, encrypted };
    },

    async decryptDataKey({ keyId: named, encrypted }) {
      for (const allowed of [keyId, ...formerKeyIds]) {
        if (!mayBe(named, allowed)) continue;
        const plaintext = await decryptUnder(allowed, encrypted);
        if (plaintext?.byteLength === keyBytes) return plaintext;
      }
      throw new InvalidMessageError(
        "The message's data key is not authentic, or was made under a key that is not among ours",
        { details: { keyId: named } },
      );
    },

    close: () => {
      for (const client of own.splice(0)) client.destroy();
    },
  };
}

/** What KMS says of a data key that was changed, or made under another key or context. */
const notAuthentic = /^(InvalidCiphertext|IncorrectKey)Exception$/;

/**
 * Whether the key that a message names can be the one that we know as `allowed`. What an alias stands for
 * only KMS can tell.
 */
function mayBe(named: string, allowed: string): boolean {
  return named === allowed || /(^|:)alias\//.test(allowed) || named.endsWith(`:key/${allowed}`);
}

const keyName = { expected: "must be the ARN, id or alias of a key", presence: "required" } as const;

const rules = {
  keyId: option.text(keyName),
  formerKeyIds: option.list(option.text(keyName)),
  encryptionContext: option.custom<Readonly<Record<string, string>>>((value) => {
    const isMap = typeof value === "object" && value !== null && !Array.isArray(value);
    return isMap && Object.values(value).every((text) => typeof text === "string")
      ? undefined
      : "must map names to texts";
  }),
  config: configRule,
  kms: option.methods<KmsApi>(["generateDataKey", "decrypt"]),
};
