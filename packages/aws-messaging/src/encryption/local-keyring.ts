import { Faults, isBytes, memberPath, option, readOptions } from "@wirekit/core/kit";
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

const rules = { keys: keysRule, currentKeyId: option.text({ presence: "required" }) };

/** @returns the keys, each of which is at fault by its own name. */
function keysRule(value: unknown, path: string, faults: Faults): LocalKeyringOptions["keys"] {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    faults.add({ path, message: "must map ids to keys" });
    return {};
  }
  for (const [id, key] of Object.entries(value)) {
    if (!isBytes(key) || key.byteLength !== keyBytes)
      faults.add({ path: memberPath(path, id), message: `must be ${keyBytes} bytes` });
  }
  return value as LocalKeyringOptions["keys"];
}

/**
 * Data keys encrypted under keys that the program holds itself.
 *
 * @throws ConfigError naming the key or option at fault.
 */
export function localKeyring(options: LocalKeyringOptions): KeyProvider {
  const faults = new Faults();
  const { keys, currentKeyId } = readOptions(options, rules, faults);
  const isReadable = !faults.has("options") && !faults.has("keys") && !faults.has("currentKeyId");
  if (isReadable && !Object.hasOwn(keys, currentKeyId))
    faults.add({ path: "currentKeyId", message: "must be the id of one of the keys" });
  faults.throwIfAny();

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
