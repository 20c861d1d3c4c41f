import { ConfigError, type Issue } from "@wirekit/core";
import { InvalidMessageError } from "../errors.ts";
import { open, seal } from "./aes-gcm.ts";
import type { KeyProvider } from "./key-provider.ts";

export interface LocalKeyringOptions {
  /** Keys by id, 32 bytes each. Old ones stay for as long as messages encrypted under them may arrive. */
  readonly keys: Readonly<Record<string, Uint8Array>>;
  /** The id of the key for new messages. Rotate by adding a key everywhere first, then naming it here. */
  readonly currentKeyId: string;
}

const keyBytes = 32;

/**
 * Data keys encrypted under keys that the program holds itself.
 *
 * @throws ConfigError naming the key or option at fault.
 */
export function localKeyring({ keys, currentKeyId }: LocalKeyringOptions): KeyProvider {
  const issues: Issue[] = Object.entries(keys)
    .filter(([, key]) => key.byteLength !== keyBytes)
    .map(([id]) => ({ path: `keys.${id}`, message: `must be ${keyBytes} bytes` }));
  if (!Object.hasOwn(keys, currentKeyId))
    issues.push({ path: "currentKeyId", message: "must be the id of one of the keys" });
  if (issues.length > 0) throw new ConfigError(issues);

  const byId = new Map(Object.entries(keys).map(([id, key]) => [id, Uint8Array.from(key)]));
  const currentKey = byId.get(currentKeyId) as Uint8Array;
  return {
    async generateDataKey() {
      const plaintext = crypto.getRandomValues(new Uint8Array(keyBytes));
      const encrypted = await seal(currentKey, plaintext, new TextEncoder().encode(currentKeyId));
      return { keyId: currentKeyId, plaintext, encrypted };
    },
    async decryptDataKey({ keyId, encrypted }) {
      const key = byId.get(keyId);
      if (key === undefined) throw notOurs("was made under a key that is not in the keyring", keyId);
      try {
        return await open(key, encrypted, new TextEncoder().encode(keyId));
      } catch (cause) {
        throw notOurs("fails authentication: it was changed on the way", keyId, cause);
      }
    },
  };
}

function notOurs(why: string, keyId: string, cause?: unknown): InvalidMessageError {
  return new InvalidMessageError(`The message's data key ${why}`, { details: { keyId }, cause });
}
