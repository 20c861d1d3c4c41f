import { beforeEach, describe, expect, it } from "@jest/globals";
import { type Clock, ConfigError, systemClock } from "@wirekit/core";
import fc from "fast-check";
import { InvalidMessageError } from "../errors.ts";
import type { Attributes } from "../wire/attributes.ts";
import type { KeyProvider } from "./key-provider.ts";
import { localKeyring } from "./local-keyring.ts";
import { encryptionAttributes, messageCipher } from "./message-cipher.ts";

const march = new Uint8Array(32).fill(3);
const april = new Uint8Array(32).fill(4);
const body = '{"card":"4111111111111111"}';
const attributes: Attributes = { event_type: "card.added", priority: 5, blob: new Uint8Array([0, 255]) };

let keys: KeyProvider & { generated: number; decryptedKeys: number };

function counting(provider: KeyProvider): typeof keys {
  return {
    generated: 0,
    decryptedKeys: 0,
    generateDataKey() {
      this.generated += 1;
      return provider.generateDataKey();
    },
    decryptDataKey(key) {
      this.decryptedKeys += 1;
      return provider.decryptDataKey(key);
    },
  };
}

beforeEach(() => {
  keys = counting(localKeyring({ keys: { march }, currentKeyId: "march" }));
});

it("gives back what it was given, and shows nothing of it on the way", async () => {
  const cipher = messageCipher({ keys });
  const sealed = await cipher.encrypt({ body, attributes });
  expect(sealed.body).not.toContain('"card"');
  expect(sealed.attributes).toMatchObject({
    ...attributes,
    [encryptionAttributes.algorithm]: "A256GCM",
    [encryptionAttributes.keyId]: "march",
  });
  await expect(messageCipher({ keys }).decrypt(sealed)).resolves.toEqual({ body, attributes });
});

it("gives back any text under any attributes", async () => {
  const cipher = messageCipher({ keys });
  const anyAttributes = fc.dictionary(
    fc.string({ minLength: 1 }),
    fc.oneof(fc.string(), fc.integer(), fc.uint8Array()),
    { maxKeys: 7, noNullPrototype: true },
  );
  await fc.assert(
    fc.asyncProperty(fc.string({ unit: "grapheme" }), anyAttributes, async (text, some) => {
      const opened = await cipher.decrypt(await cipher.encrypt({ body: text, attributes: some }));
      expect(opened).toEqual({ body: text, attributes: some });
    }),
  );
});

it("refuses a message in the clear, unless it was told to take them", async () => {
  const plain = { body, attributes };
  await expect(messageCipher({ keys }).decrypt(plain)).rejects.toThrow(InvalidMessageError);
  await expect(messageCipher({ keys, unencrypted: "accept" }).decrypt(plain)).resolves.toBe(plain);
});

describe("a message that was tampered with", () => {
  it.each<
    [string, (sealed: { body: string; attributes: Attributes }) => { body: string; attributes: Attributes }]
  >([
    ["body", (sealed) => ({ ...sealed, body: `AAAA${sealed.body.slice(4)}` })],
    ["short body", (sealed) => ({ ...sealed, body: "AAAA" })],
    [
      "attribute",
      (sealed) => ({ ...sealed, attributes: { ...sealed.attributes, event_type: "card.removed" } }),
    ],
    ["added attribute", (sealed) => ({ ...sealed, attributes: { ...sealed.attributes, admin: "yes" } })],
    [
      "algorithm",
      (sealed) => ({
        ...sealed,
        attributes: { ...sealed.attributes, [encryptionAttributes.algorithm]: "none" },
      }),
    ],
    [
      "data key",
      (sealed) => ({
        ...sealed,
        attributes: { ...sealed.attributes, [encryptionAttributes.dataKey]: new Uint8Array(60) },
      }),
    ],
    [
      "key id",
      (sealed) => ({
        ...sealed,
        attributes: { ...sealed.attributes, [encryptionAttributes.keyId]: "april" },
      }),
    ],
    [
      "key id of another type",
      (sealed) => ({ ...sealed, attributes: { ...sealed.attributes, [encryptionAttributes.keyId]: 7 } }),
    ],
  ])("is invalid: %s", async (_what, tamper) => {
    const cipher = messageCipher({ keys });
    const sealed = await cipher.encrypt({ body, attributes });
    await expect(cipher.decrypt(tamper(sealed))).rejects.toThrow(InvalidMessageError);
  });
});

describe("data keys", () => {
  it("are shared by the messages of a time window", async () => {
    let now = 0;
    const clock: Clock = { ...systemClock, monotonic: () => now };
    const cipher = messageCipher({ keys, dataKeyLifetimeMs: 1_000, clock });
    await Promise.all([1, 2, 3].map(() => cipher.encrypt({ body, attributes })));
    expect(keys.generated).toBe(1);
    now = 1_000;
    await cipher.encrypt({ body, attributes });
    expect(keys.generated).toBe(2);
  });

  it("are replaced after so many messages", async () => {
    const cipher = messageCipher({ keys, dataKeyMaxMessages: 2 });
    for (let sent = 0; sent < 5; sent += 1) await cipher.encrypt({ body, attributes });
    expect(keys.generated).toBe(3);
  });

  it("are decrypted once for all messages that carry them", async () => {
    const cipher = messageCipher({ keys });
    const sealed = await Promise.all([1, 2, 3].map(() => cipher.encrypt({ body, attributes })));
    await Promise.all(sealed.map((message) => cipher.decrypt(message)));
    expect(keys.decryptedKeys).toBe(1);
  });

  it("are asked for again when the provider failed", async () => {
    let failures = 1;
    const flaky: KeyProvider = {
      generateDataKey: () =>
        failures-- > 0 ? Promise.reject(new Error("the vault is sealed")) : keys.generateDataKey(),
      decryptDataKey: (key) =>
        failures-- > 0 ? Promise.reject(new Error("sealed")) : keys.decryptDataKey(key),
    };
    const cipher = messageCipher({ keys: flaky });
    await expect(cipher.encrypt({ body, attributes })).rejects.toThrow("the vault is sealed");
    const sealed = await cipher.encrypt({ body, attributes });
    failures = 1;
    // Not an InvalidMessageError: the message is fine, and is to be tried again.
    await expect(cipher.decrypt(sealed)).rejects.toThrow("sealed");
    await expect(cipher.decrypt(sealed)).resolves.toEqual({ body, attributes });
  });
});

describe("a local keyring", () => {
  it("reads messages of the previous key after a rotation", async () => {
    const sealed = await messageCipher({ keys }).encrypt({ body, attributes });
    const rotated = messageCipher({ keys: localKeyring({ keys: { march, april }, currentKeyId: "april" }) });
    await expect(rotated.decrypt(sealed)).resolves.toEqual({ body, attributes });
    const next = await rotated.encrypt({ body, attributes });
    expect(next.attributes[encryptionAttributes.keyId]).toBe("april");
  });

  it("says which key it does not have", async () => {
    const sealed = await messageCipher({ keys }).encrypt({ body, attributes });
    const other = messageCipher({ keys: localKeyring({ keys: { april }, currentKeyId: "april" }) });
    const refused = await other.decrypt(sealed).catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(InvalidMessageError);
    expect(refused).toMatchObject({ details: { keyId: "march" } });
  });

  it("names what is wrong with it", () => {
    expect(() => localKeyring({ keys: { short: new Uint8Array(16) }, currentKeyId: "other" })).toThrow(
      ConfigError,
    );
    expect(() => messageCipher({ keys, dataKeyLifetimeMs: 0 })).toThrow("dataKeyLifetimeMs");
    expect(() => messageCipher({ keys, dataKeyMaxMessages: 0 })).toThrow("dataKeyMaxMessages");
  });
});
