import { expect, it } from "@jest/globals";
import fc from "fast-check";
import { entryId, readBatchResult } from "./batch-results.ts";

const read = (result: Parameters<typeof readBatchResult>[0], count: number) =>
  readBatchResult(result, count, {
    receiptOf: ({ Id }) => Id,
    what: "Sending a message",
  });

it("tells what became of each entry, in the order of the request", () => {
  const results = read(
    {
      Successful: [{ Id: "2" }, { Id: "0" }],
      Failed: [{ Id: "1", Code: "InternalError", SenderFault: false }],
    },
    3,
  );
  expect(results).toMatchObject([
    { kind: "delivered", receipt: "0" },
    { kind: "failed", error: { code: "aws/transient", retryable: true } },
    { kind: "delivered", receipt: "2" },
  ]);
});

it("says that the sender is to blame, and that another try is in vain", () => {
  const [result] = read({ Failed: [{ Id: "0", Code: "InvalidMessageContents", SenderFault: true }] }, 1);
  expect(result).toMatchObject({
    error: {
      message: "Sending a message failed: InvalidMessageContents",
      retryable: false,
      details: { fault: "InvalidMessageContents", senderFault: true },
    },
  });
});

it("takes a failure that says nothing of itself for one that may pass", () => {
  expect(read({ Failed: [{ Id: "0" }] }, 1)).toMatchObject([
    { kind: "failed", error: { retryable: true, details: { fault: "Unknown" } } },
  ]);
});

it("takes an entry that is not mentioned for unconfirmed", () => {
  expect(read({}, 1)).toMatchObject([
    {
      kind: "unconfirmed",
      error: { retryable: true, details: { fault: "NotMentioned" } },
    },
  ]);
});

it("takes an entry for delivered if, and only if, it is named as such, whatever else comes back", () => {
  const id = fc.oneof(fc.nat(20).map(String), fc.constantFrom("", "00", " 1", "1e0", "-1"), fc.string());
  const entries = fc.array(fc.record({ Id: id }), { maxLength: 15 });
  fc.assert(
    fc.property(entries, entries, fc.integer({ min: 1, max: 10 }), (Successful, Failed, count) => {
      const named = new Set(Successful.map(({ Id }) => Id));
      const failed = new Set(Failed.map(({ Id }) => Id));
      const kindOf = (entry: string) =>
        named.has(entry) ? "delivered" : failed.has(entry) ? "failed" : "unconfirmed";
      const kinds = read({ Successful, Failed }, count).map(({ kind }) => kind);
      expect(kinds).toEqual(Array.from({ length: count }, (_, index) => kindOf(entryId(index))));
    }),
  );
});
