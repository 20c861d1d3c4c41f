import { appendFile, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "@jest/globals";
import { type Booking, openLedger } from "./ledger.ts";

let folder: string;
let path: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "message-bus-demo-"));
  path = join(folder, "ledger.jsonl");
});

afterEach(() => rm(folder, { recursive: true }));

function booking(reference: string, bookedBy: string): Booking {
  return {
    idempotencyKey: reference,
    customer: "customer-1",
    reference,
    currency: "EUR",
    value: "1.00",
    bookedBy,
  };
}

it("is empty before anything is booked", async () => {
  await expect(openLedger(path).read()).resolves.toEqual([]);
});

it("holds what several instances have booked", async () => {
  const [one, other] = [openLedger(path), openLedger(path)];
  await one.book(booking("a", "one"));
  await other.book(booking("b", "two"));
  await expect(one.read()).resolves.toEqual([booking("a", "one"), booking("b", "two")]);
});

it("passes over a booking that is still being written", async () => {
  await openLedger(path).book(booking("a", "one"));
  await appendFile(path, '{"reference":"b","c');
  await expect(openLedger(path).read()).resolves.toHaveLength(1);
});
