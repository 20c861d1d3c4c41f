import { appendFile, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "@jest/globals";
import { openInvoiceBook } from "./invoice-book.ts";

let folder: string;
let path: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "aws-messaging-demo-"));
  path = join(folder, "invoices.jsonl");
});

afterEach(() => rm(folder, { recursive: true }));

it("is empty before anything is written", async () => {
  await expect(openInvoiceBook(path).read()).resolves.toEqual([]);
});

it("holds what several writers have written", async () => {
  const [one, other] = [openInvoiceBook(path), openInvoiceBook(path)];
  await one.write({ orderId: "a", pid: 1 });
  await other.write({ orderId: "b", pid: 2 });
  await expect(one.read()).resolves.toEqual([
    { orderId: "a", pid: 1 },
    { orderId: "b", pid: 2 },
  ]);
});

it("passes over an invoice that is still being written", async () => {
  await openInvoiceBook(path).write({ orderId: "a", pid: 1 });
  await appendFile(path, '{"orderId":"b","p');
  await expect(openInvoiceBook(path).read()).resolves.toHaveLength(1);
});
