import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "@jest/globals";
import { type Entry, enter, LedgerReader } from "./ledger.ts";
import { MessageAccount } from "./message-account.ts";

const accepted = (n: number, queue = "q"): Entry => ({ is: "accepted", queue, n, group: "g" });
const handled = (n: number, queue = "q", messageId = `m${n}`): Entry => ({
  is: "handled",
  queue,
  n,
  group: "g",
  messageId,
  latencyMs: 1,
});
const told = (n: number, outcome: string): Entry => ({ is: "not-accepted", queue: "q", n, outcome });

function balanceOf(...entries: readonly Entry[]) {
  const account = new MessageAccount();
  for (const entry of entries) account.add(entry);
  return account.balance();
}

it("adds up when what was accepted was handled, before or after the sender knew, and more than once", () => {
  const balance = balanceOf(
    accepted(1),
    handled(1),
    handled(2),
    accepted(2),
    handled(2),
    told(3, "not-sent"),
  );
  expect(balance).toEqual({ accepted: 2, notAccepted: 1, handled: 2, again: 1, missing: 0, faults: [] });
});

it("what may have been accepted may be handled, and need not be", () => {
  expect(balanceOf(told(1, "unconfirmed"), handled(1), told(2, "unconfirmed")).faults).toEqual([]);
});

it.each([
  ["a message is lost", [accepted(1)], "q 1 was accepted, and is not handled"],
  ["a message comes from nowhere", [handled(1)], "q 1 was handled, though its sender was told: nothing"],
  ["a message was said not to be sent", [told(1, "not-sent"), handled(1)], "q 1 was handled, though"],
  ["a message was said to be refused", [told(1, "rejected"), handled(1)], "q 1 was handled, though"],
  ["a message was said to be too late", [told(1, "expired"), handled(1)], "q 1 was handled, though"],
  [
    "a message comes back after its delete",
    [accepted(1), handled(1), { is: "deleted", messageId: "m1" }, handled(1)],
    "q 1 was handled after its delete was confirmed",
  ],
  [
    "a group is out of order",
    [accepted(1, "q.fifo"), accepted(2, "q.fifo"), handled(2, "q.fifo"), handled(1, "q.fifo")],
    "q.fifo 1 was handled after 2 of its group g",
  ],
] as readonly (readonly [string, readonly Entry[], string])[])(
  "does not add up when %s",
  (_, entries, fault) => {
    const { faults } = balanceOf(...entries);
    expect(faults).toHaveLength(1);
    expect(faults[0]).toContain(fault);
  },
);

it("a redelivery on a FIFO queue is no fault of order", () => {
  const queue = "q.fifo";
  const entries = [
    accepted(1, queue),
    accepted(2, queue),
    handled(1, queue),
    handled(1, queue),
    handled(2, queue),
  ];
  expect(balanceOf(...entries)).toMatchObject({ again: 1, faults: [] });
});

it("order is asked for until a server is restarted that then keeps it no longer", () => {
  const queue = "q.fifo";
  const account = new MessageAccount();
  for (let n = 1; n <= 5; n += 1) account.add(accepted(n, queue));
  for (const n of [2, 1]) account.add(handled(n, queue));
  account.forgetOrder();
  for (const n of [5, 4, 3]) account.add(handled(n, queue));
  expect(account.balance().faults).toEqual(["q.fifo 1 was handled after 2 of its group g"]);
});

it("the order of what may not have arrived is not asked for, whenever its sender learns of it", () => {
  const queue = "q.fifo";
  const account = new MessageAccount();
  for (const n of [1, 3, 4]) account.add(accepted(n, queue));
  for (const n of [1, 3, 2]) account.add(handled(n, queue));
  expect(account.balance().faults).toContain("q.fifo 2 was handled after 3 of its group g");
  account.add({ is: "not-accepted", queue, n: 2, outcome: "unconfirmed" });
  account.add(handled(4, queue));
  expect(account.balance().faults).toEqual([]);
});

it("a ledger gives each entry once, also one that was half written when it was read", async () => {
  const directory = await mkdtemp(join(tmpdir(), "wirekit-ledger-"));
  try {
    const reader = new LedgerReader(join(directory, "ledger"));
    expect(reader.read()).toEqual([]);
    enter(join(directory, "ledger"), accepted(1));
    enter(join(directory, "ledger"), accepted(2));
    expect(reader.read()).toEqual([accepted(1), accepted(2)]);
    enter(join(directory, "ledger"), accepted(3));
    expect(reader.read()).toEqual([accepted(3)]);
  } finally {
    await rm(directory, { recursive: true });
  }
});
