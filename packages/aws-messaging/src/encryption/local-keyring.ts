import { ConfigError, type Issue } from "@wirekit/core";
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
  const keyFor = (id: string): Uint8Array => {
    const key = byId.get(id);
    if (key === undefined) throw new Error(`the keyring has no key ${JSON.stringify(id)}`);
    return key;
  };
  return {
    async generateDataKey() {
      const plaintext = crypto.getRandomValues(new Uint8Array(keyBytes));
      const encrypted = await seal(keyFor(currentKeyId), plaintext, new TextEncoder().encode(currentKeyId));
      return { keyId: currentKeyId, plaintext, encrypted };
    },
    async decryptDataKey({ keyId, encrypted }) {
      return open(keyFor(keyId), encrypted, new TextEncoder().encode(keyId));
    },
  };
}
