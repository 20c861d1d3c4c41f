import { expect, it } from "@jest/globals";
import { ConfigError } from "@wirekit/core";
import { AWSConnectionError, InvalidMessageError } from "../errors.ts";
import { type S3Api, s3BodyStore } from "./s3-body-store.ts";

/** An S3 in memory; and what it was asked. */
function fakeS3() {
  const objects = new Map<string, string>();
  const calls: string[] = [];
  const s3: S3Api = {
    async putObject({ Bucket, Key, Body }) {
      calls.push(`put ${Bucket}/${Key}`);
      objects.set(`${Bucket}/${Key}`, Body);
    },
    async getObject({ Bucket, Key }) {
      calls.push(`get ${Bucket}/${Key}`);
      const body = objects.get(`${Bucket}/${Key}`);
      if (body === undefined) throw Object.assign(new Error("secret text"), { name: "NoSuchKey" });
      return { ContentLength: Buffer.byteLength(body), Body: { transformToString: async () => body } };
    },
    async deleteObject({ Bucket, Key }) {
      calls.push(`delete ${Bucket}/${Key}`);
      objects.delete(`${Bucket}/${Key}`);
    },
  };
  return { s3, objects, calls };
}

it("gives back what was put into it, each body at a place of its own, until it is deleted", async () => {
  const { s3, objects } = fakeS3();
  const store = s3BodyStore({ bucket: "bodies", s3 });
  const [one, other] = [store.newPointer(), store.newPointer()];
  expect(one).toEqual({ bucket: "bodies", key: expect.stringMatching(/^messages\/[0-9a-f-]{36}$/) });
  await store.put(one, "€");
  await store.put(other, "b");
  await expect(store.get(one)).resolves.toBe("€");
  await store.delete(one);
  await expect(store.get(one)).rejects.toThrow(InvalidMessageError);
  await expect(store.get(other)).resolves.toBe("b");
  await store.delete(one);
  expect(objects.size).toBe(1);
  store.close();
});

it("reads and deletes what AWS's Extended Client Libraries have put under a UUID alone", async () => {
  const { s3, objects } = fakeS3();
  const key = "0b4e9a3c-1f52-4a0e-9d3c-7a6f5e4d3c2b";
  objects.set(`bodies/${key}`, "x");
  const store = s3BodyStore({ bucket: "bodies", s3 });
  expect(await store.get({ bucket: "bodies", key })).toBe("x");
  await store.delete({ bucket: "bodies", key });
  expect(objects.size).toBe(0);
});

it("follows no pointer that leads out of its bucket and prefix, and deletes nothing there", async () => {
  const { s3, objects, calls } = fakeS3();
  objects.set("bodies/salaries", "x").set("other/messages/1", "x");
  const store = s3BodyStore({ bucket: "bodies", s3 });
  for (const pointer of [
    { bucket: "bodies", key: "salaries" },
    { bucket: "other", key: "messages/1" },
  ]) {
    await expect(store.get(pointer)).rejects.toThrow(InvalidMessageError);
    await store.delete(pointer);
  }
  expect(calls).toEqual([]);
});

it("follows pointers to keys as AWS's Extended Client Libraries make them by default", async () => {
  const { s3, objects } = fakeS3();
  const key = crypto.randomUUID();
  objects.set(`bodies/${key}`, "theirs").set(`bodies/${key}/secret`, "x");
  const store = s3BodyStore({ bucket: "bodies", s3 });
  await expect(store.get({ bucket: "bodies", key })).resolves.toBe("theirs");
  for (const other of [`${key}/secret`, `x${key}`, `${key}\n`])
    await expect(store.get({ bucket: "bodies", key: other })).rejects.toThrow(InvalidMessageError);
  await store.delete({ bucket: "bodies", key });
  expect([...objects.keys()]).toEqual([`bodies/${key}/secret`]);
});

it("refuses a body beyond its limit on the way in, and on the way out before it is read", async () => {
  const { s3, objects } = fakeS3();
  let isDropped = false;
  const dropping: S3Api = {
    ...s3,
    async getObject(input) {
      const found = await s3.getObject(input);
      const transformToString = () => Promise.reject(new Error("was read"));
      const destroy = () => {
        isDropped = true;
      };
      return { ...found, Body: { transformToString, destroy } };
    },
  };
  const store = s3BodyStore({ bucket: "bodies", maxBodyBytes: 5, s3: dropping });
  const pointer = store.newPointer();
  await expect(store.put(pointer, "€€")).rejects.toMatchObject({
    code: "wirekit/message-too-large",
    details: { bytes: 6, maxBytes: 5 },
  });
  objects.set(`bodies/${pointer.key}`, "123456");
  await expect(store.get(pointer)).rejects.toMatchObject({ code: "aws-messaging/invalid-message" });
  expect(isDropped).toBe(true);
});

it("names what S3 said, and whether it may be asked again", async () => {
  const failing = (error: unknown): S3Api => ({
    putObject: () => Promise.reject(error),
    getObject: () => Promise.reject(error),
    deleteObject: () => Promise.reject(error),
  });
  const denied = Object.assign(new Error("secret text"), {
    name: "AccessDenied",
    $metadata: { httpStatusCode: 403, requestId: "r-1" },
  });
  const store = s3BodyStore({ bucket: "bodies", s3: failing(denied) });
  const pointer = store.newPointer();
  const refused = await store.get(pointer).catch((error: unknown) => error);
  expect(refused).toBeInstanceOf(AWSConnectionError);
  expect(refused).toMatchObject({
    code: "aws/denied",
    retryable: false,
    requestId: "r-1",
  });
  expect((refused as Error).message).not.toContain("secret");
  const down = s3BodyStore({ bucket: "b", s3: failing(Object.assign(new Error(), { code: "ECONNRESET" })) });
  await expect(down.put(down.newPointer(), "x")).rejects.toMatchObject({ retryable: true });
  await expect(down.delete(down.newPointer())).rejects.toMatchObject({ retryable: true });
});

it("takes an object without a body for an empty one", async () => {
  const { s3 } = fakeS3();
  const store = s3BodyStore({ bucket: "b", s3: { ...s3, getObject: async () => ({}) } });
  await expect(store.get(store.newPointer())).resolves.toBe("");
});

it("names every option at fault", () => {
  const make = () => s3BodyStore({ bucket: "", prefix: "", maxBodyBytes: 0 });
  expect(make).toThrow(ConfigError);
  expect(make).toThrow(/bucket.*prefix.*maxBodyBytes.*config/);
});
