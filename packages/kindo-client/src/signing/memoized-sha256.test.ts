import { createHash, createHmac } from "node:crypto";
import { expect, it } from "@jest/globals";
import { memoizedSha256 } from "./memoized-sha256.ts";

const bytes = (text: string) => new TextEncoder().encode(text);

async function digestOf(Hash: ReturnType<typeof memoizedSha256>, secret: unknown, ...chunks: string[]) {
  const hash = new Hash(secret as string | undefined);
  for (const chunk of chunks) hash.update(bytes(chunk));
  return hash.digest();
}

it("hashes, with a secret or without", async () => {
  const Hash = memoizedSha256();
  const plain = createHash("sha256").update("ab").digest();
  const keyed = createHmac("sha256", "key").update("ab").digest();
  expect(await digestOf(Hash, undefined, "a", "b")).toEqual(plain);
  expect(await digestOf(Hash, "key", "a", "b")).toEqual(keyed);
  expect(await digestOf(Hash, bytes("key"), "a", "b")).toEqual(keyed);
  expect(await digestOf(Hash, bytes("key").buffer, "ab")).toEqual(keyed);
});

it("begins anew after a reset", async () => {
  const hash = new (memoizedSha256())();
  hash.update(bytes("x"));
  hash.reset();
  expect(await hash.digest()).toEqual(createHash("sha256").digest());
});

it("computes what has a text for its secret once, and never takes one for another", async () => {
  const Hash = memoizedSha256();
  const first = await digestOf(Hash, "key", "ab");
  expect(await digestOf(Hash, "key", "ab")).toBe(first);
  expect(await digestOf(Hash, "key", "ac")).not.toEqual(first);
  expect(await digestOf(Hash, "kez", "ab")).not.toEqual(first);
  expect(await digestOf(memoizedSha256(), "key", "ab")).not.toBe(first);
});

it("does not keep more and more as the days go by", async () => {
  const Hash = memoizedSha256();
  const first = await digestOf(Hash, "key", "day 0");
  for (let day = 1; day <= 16; day += 1) await digestOf(Hash, "key", `day ${day}`);
  const again = await digestOf(Hash, "key", "day 0");
  expect(again).toEqual(first);
  expect(again).not.toBe(first);
});
