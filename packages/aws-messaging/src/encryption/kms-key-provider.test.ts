import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { json } from "node:stream/consumers";
import { afterEach, describe, expect, it } from "@jest/globals";
import { ConfigError } from "@wirekit/core";
import { awsMessagingConfig } from "../config.ts";
import { AWSConnectionError, InvalidMessageError } from "../errors.ts";
import { type KmsApi, kmsKeyProvider } from "./kms-key-provider.ts";
import { messageCipher } from "./message-cipher.ts";

const account = "arn:aws:kms:eu-west-1:123456789012:key";
const message = { body: '{"n":1}', attributes: { type: "placed" } };

/**
 * A KMS in memory, with keys by their ids; aliases name them. Encrypted data keys are JSON, for the test to
 * read and to change.
 */
function fakeKms(aliases: Readonly<Record<string, string>> = {}) {
  const calls: string[] = [];
  const plain = new Map<string, Uint8Array>();
  const arnOf = (id: string) => `${account}/${(aliases[id] ?? id).replace(`${account}/`, "")}`;
  const kms: KmsApi = {
    async generateDataKey({ KeyId, EncryptionContext }) {
      calls.push(`generate ${KeyId}`);
      const Plaintext = crypto.getRandomValues(new Uint8Array(32));
      const sealed = JSON.stringify([arnOf(KeyId), EncryptionContext, plain.size]);
      plain.set(sealed, Plaintext);
      return { KeyId: arnOf(KeyId), Plaintext, CiphertextBlob: Buffer.from(sealed) };
    },
    async decrypt({ KeyId, CiphertextBlob, EncryptionContext }) {
      calls.push(`decrypt ${KeyId}`);
      const sealed = Buffer.from(CiphertextBlob).toString();
      const Plaintext = plain.get(sealed);
      if (Plaintext === undefined) throw named("InvalidCiphertextException");
      const [arn, context] = JSON.parse(sealed) as [string, unknown];
      if (arn !== arnOf(KeyId)) throw named("IncorrectKeyException");
      if (JSON.stringify(context) !== JSON.stringify(EncryptionContext ?? null))
        throw named("InvalidCiphertextException");
      return { Plaintext };
    },
  };
  return { kms, calls };
}

const named = (name: string, status = 400) =>
  Object.assign(new Error("secret text of AWS's"), {
    name,
    $metadata: { httpStatusCode: status, requestId: "r-1" },
  });
const rejection = (promise: Promise<unknown>) =>
  promise.then(
    () => undefined,
    (error: unknown) => error,
  );

describe("a cipher with keys from KMS", () => {
  it("asks KMS once for many messages, on either side", async () => {
    const { kms, calls } = fakeKms();
    const keys = () => kmsKeyProvider({ keyId: "orders-key", encryptionContext: { app: "orders" }, kms });
    const writer = messageCipher({ keys: keys() });
    const sealed = await Promise.all([1, 2, 3].map(() => writer.encrypt(message)));
    expect(sealed[0]?.attributes["wirekit.key-id"]).toBe(`${account}/orders-key`);
    const reader = messageCipher({ keys: keys() });
    await expect(Promise.all(sealed.map((one) => reader.decrypt(one)))).resolves.toEqual([
      message,
      message,
      message,
    ]);
    expect(calls).toEqual(["generate orders-key", "decrypt orders-key"]);
  });

  it("asks for a key again after its lifetime, so that one which was disabled is noticed", async () => {
    const { kms, calls } = fakeKms();
    let now = 0;
    const clock = { now: () => now, monotonic: () => now, setTimer: () => () => undefined };
    const cipher = messageCipher({
      keys: kmsKeyProvider({ keyId: "k", kms }),
      dataKeyLifetimeMs: 1_000,
      clock,
    });
    const sealed = await cipher.encrypt(message);
    await cipher.decrypt(sealed);
    now = 999;
    await cipher.decrypt(sealed);
    now = 1_000;
    await cipher.decrypt(sealed);
    await cipher.encrypt(message);
    expect(calls).toEqual(["generate k", "decrypt k", "decrypt k", "generate k"]);
  });

  it("reads what was written under former keys and under an alias, whatever it stands for by now", async () => {
    const { kms } = fakeKms({ "alias/orders": "new" });
    const old = await messageCipher({ keys: kmsKeyProvider({ keyId: "old", kms }) }).encrypt(message);
    const current = await messageCipher({ keys: kmsKeyProvider({ keyId: "alias/orders", kms }) }).encrypt(
      message,
    );
    expect(current.attributes["wirekit.key-id"]).toBe(`${account}/new`);
    const keys = kmsKeyProvider({ keyId: "alias/orders", formerKeyIds: [`${account}/old`], kms });
    const reader = messageCipher({ keys });
    await expect(reader.decrypt(old)).resolves.toEqual(message);
    await expect(reader.decrypt(current)).resolves.toEqual(message);
  });
});

describe("a message is invalid when its data key", () => {
  const decrypting = async (
    writing: { keyId?: string; encryptionContext?: Record<string, string> },
    change = false,
  ) => {
    const { kms, calls } = fakeKms();
    const writer = messageCipher({ keys: kmsKeyProvider({ keyId: "ours", kms, ...writing }) });
    const sealed = await writer.encrypt(message);
    const dataKey = Buffer.from(sealed.attributes["wirekit.data-key"] as Uint8Array);
    const attributes = change
      ? { ...sealed.attributes, "wirekit.data-key": dataKey.subarray(1) }
      : sealed.attributes;
    const reader = messageCipher({
      keys: kmsKeyProvider({ keyId: "ours", encryptionContext: { app: "orders" }, kms }),
    });
    return { failed: await rejection(reader.decrypt({ ...sealed, attributes })), calls };
  };

  it("was made under a key that is not among ours; KMS is not even asked", async () => {
    const { failed, calls } = await decrypting({ keyId: "theirs" });
    expect(failed).toBeInstanceOf(InvalidMessageError);
    expect(failed).toMatchObject({ details: { keyId: `${account}/theirs` } });
    expect(calls).toEqual(["generate theirs"]);
  });

  it("was made for another context, or changed", async () => {
    const context = await decrypting({ encryptionContext: { app: "invoices" } });
    expect(context.failed).toBeInstanceOf(InvalidMessageError);
    const changed = await decrypting({ encryptionContext: { app: "orders" } }, true);
    expect(changed.failed).toBeInstanceOf(InvalidMessageError);
  });
});

it("names what AWS said, and whether it may be asked again", async () => {
  const failing = (error: unknown): KmsApi => ({
    generateDataKey: () => Promise.reject(error),
    decrypt: () => Promise.reject(error),
  });
  const denied = kmsKeyProvider({ keyId: "k", kms: failing(named("AccessDeniedException")) });
  const refused = await rejection(denied.generateDataKey());
  expect(refused).toBeInstanceOf(AWSConnectionError);
  expect(refused).toMatchObject({
    code: "aws/denied",
    retryable: false,
    requestId: "r-1",
  });
  expect((refused as Error).message).not.toContain("secret");
  const down = kmsKeyProvider({ keyId: "k", kms: failing(named("KMSInternalException", 500)) });
  await expect(down.decryptDataKey({ keyId: "k", encrypted: new Uint8Array(1) })).rejects.toMatchObject({
    code: "aws/transient",
    retryable: true,
  });
  const empty = kmsKeyProvider({
    keyId: "k",
    kms: { generateDataKey: async () => ({}), decrypt: async () => ({}) },
  });
  await expect(empty.generateDataKey()).rejects.toBeInstanceOf(AWSConnectionError);
  await expect(empty.decryptDataKey({ keyId: "k", encrypted: new Uint8Array(1) })).rejects.toBeInstanceOf(
    InvalidMessageError,
  );
});

it("names every option at fault", () => {
  const make = () => kmsKeyProvider({ keyId: "", formerKeyIds: [""] });
  expect(make).toThrow(ConfigError);
  expect(make).toThrow(/keyId.*formerKeyIds.*config/);
});

describe("through the AWS SDK", () => {
  const requests: {
    readonly target: string;
    readonly input: Record<string, unknown>;
  }[] = [];
  const dataKey = new Uint8Array(32).fill(7);
  const server = createServer(async (request, response) => {
    const target = String(request.headers["x-amz-target"]);
    requests.push({ target, input: (await json(request)) as Record<string, unknown> });
    const Plaintext = Buffer.from(dataKey).toString("base64");
    response.writeHead(200, { "content-type": "application/x-amz-json-1.1" });
    response.end(JSON.stringify({ KeyId: `${account}/k`, Plaintext, CiphertextBlob: "AAEC" }));
  });

  afterEach(async () => {
    server.closeAllConnections();
    await once(server.close(), "close");
  });

  it("asks for a key of 256 bits, and has it decrypted under the key that is ours", async () => {
    await once(server.listen(0, "127.0.0.1"), "listening");
    const config = awsMessagingConfig({
      regionName: "eu-west-1",
      endpointUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
      credentials: { accessKeyId: "id", secretAccessKey: "secret" },
    });
    const keys = kmsKeyProvider({ keyId: `${account}/k`, encryptionContext: { app: "orders" }, config });
    const { keyId, plaintext, encrypted } = await keys.generateDataKey();
    expect([keyId, [...plaintext], [...encrypted]]).toEqual([`${account}/k`, [...dataKey], [0, 1, 2]]);
    expect([...(await keys.decryptDataKey({ keyId, encrypted }))]).toEqual([...dataKey]);
    keys.close();
    const EncryptionContext = { app: "orders" };
    expect(requests).toEqual([
      {
        target: "TrentService.GenerateDataKey",
        input: { KeyId: `${account}/k`, KeySpec: "AES_256", EncryptionContext },
      },
      {
        target: "TrentService.Decrypt",
        input: { KeyId: `${account}/k`, CiphertextBlob: "AAEC", EncryptionContext },
      },
    ]);
  });
});
