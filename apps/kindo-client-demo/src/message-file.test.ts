import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "@jest/globals";
import { validateMessage } from "@wirekit/kindo-client";
import { writeOrderFile } from "./demo/order-file.ts";
import { readMessages } from "./message-file.ts";

let folder: string;
let path: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "kindo-client-demo-"));
  path = join(folder, "messages.jsonl");
});

afterEach(() => rm(folder, { recursive: true }));

it("reads back every message that was written, each of them valid", async () => {
  await writeOrderFile(path, 40);
  const messages = [];
  for await (const message of readMessages(path)) messages.push(message);
  expect(messages).toHaveLength(40);
  for (const message of messages) expect(() => validateMessage(message)).not.toThrow();
  expect(new Set(messages.map((message) => JSON.stringify(message))).size).toBe(40);
});

it("passes over empty lines, and takes either line ending", async () => {
  await writeFile(path, '{"a":1}\r\n\r\n{"a":2}\n\n');
  const messages: unknown[] = [];
  for await (const message of readMessages(path)) messages.push(message);
  expect(messages).toEqual([{ a: 1 }, { a: 2 }]);
});

it("names the line that is not JSON, and does not quote it", async () => {
  await writeFile(path, '{"a":1}\n{"card": 4242\n');
  const read = async () => {
    for await (const _ of readMessages(path));
  };
  await expect(read()).rejects.toThrow(/^Line 2 is not JSON$/);
});
