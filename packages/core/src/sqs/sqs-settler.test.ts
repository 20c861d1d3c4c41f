import { expect, it } from "@jest/globals";
import { FakeSqs } from "../../test/fake-sqs.ts";
import { toAwsError } from "../aws/index.ts";
import { ConnectionError, silentLogger } from "../index.ts";
import { ManualClock } from "../testing/manual-clock.ts";
import { SqsSettler } from "./sqs-settler.ts";

const queueUrl = "https://sqs.example.com/1/orders";

function start() {
  const sqs = new FakeSqs();
  const clock = new ManualClock();
  const settler = new SqsSettler({
    sqs,
    queueUrl,
    lingerMs: 50,
    retry: { maxAttempts: 3, baseDelayMs: 10 },
    timeoutMs: 1_000,
    logger: silentLogger,
    clock,
  });
  return { sqs, clock, settler };
}

it("deletes ten messages in a request", async () => {
  const { sqs, clock, settler } = start();
  const deleted = Promise.all(Array.from({ length: 15 }, (_, n) => settler.delete(`r-${n}`)));
  await clock.advance(50);
  await deleted;
  const requests = sqs.inputs("deleteMessageBatch");
  expect(requests.map(({ Entries }) => Entries.length)).toEqual([10, 5]);
  expect(requests[1]?.Entries[0]).toEqual({ Id: "0", ReceiptHandle: "r-10" });
  expect(settler.stats()).toMatchObject({ deletes: { delivered: 15 }, visibilityChanges: { delivered: 0 } });
});

it("waits for company no longer than its linger", async () => {
  const { sqs, clock, settler } = start();
  const deleted = settler.delete("r-1");
  await clock.advance(49);
  expect(sqs.calls).toEqual([]);
  await clock.advance(1);
  await deleted;
  expect(sqs.inputs("deleteMessageBatch")).toHaveLength(1);
});

it("deletes again, alone, what could not be deleted", async () => {
  const { sqs, clock, settler } = start();
  sqs.next("deleteMessageBatch", async () => ({
    Successful: [{ Id: "0" }],
    Failed: [{ Id: "1", Code: "InternalError", SenderFault: false }],
  }));
  const deleted = Promise.all([settler.delete("r-0"), settler.delete("r-1")]);
  await clock.advance(500);
  await deleted;
  expect(sqs.inputs("deleteMessageBatch")[1]?.Entries).toEqual([{ Id: "0", ReceiptHandle: "r-1" }]);
});

it("rejects a delete that SQS blames on us", async () => {
  const { sqs, clock, settler } = start();
  sqs.next("deleteMessageBatch", async () => ({
    Failed: [{ Id: "0", Code: "ReceiptHandleIsInvalid", SenderFault: true }],
  }));
  const deleted = expect(settler.delete("r-0")).rejects.toMatchObject({ retryable: false, attempts: 1 });
  await clock.advance(50);
  await deleted;
});

it("rounds a pause up to whole seconds, so that a message does not come back too early", async () => {
  const { sqs, clock, settler } = start();
  const changed = Promise.all([settler.changeVisibility("r-0", 1_001), settler.changeVisibility("r-1", 0)]);
  await clock.advance(50);
  await changed;
  const [request] = sqs.inputs("changeMessageVisibilityBatch");
  expect(request?.Entries.map(({ VisibilityTimeout }) => VisibilityTimeout)).toEqual([2, 0]);
});

it("renews leases, each with a result of its own: renewed, lost to somebody else, or failed", async () => {
  const { sqs, clock, settler } = start();
  const failing = async () => ({
    Failed: [{ Id: "0", Code: "InternalError", SenderFault: false }],
  });
  sqs.next(
    "changeMessageVisibilityBatch",
    async () => ({
      Successful: [{ Id: "0" }],
      Failed: [
        { Id: "1", Code: "ReceiptHandleIsInvalid", SenderFault: true },
        { Id: "2", Code: "InternalError", SenderFault: false },
      ],
    }),
    failing,
    failing,
  );
  const renewals = ["r-0", "r-1", "r-2"].map((subject) => ({ subject, durationMs: 30_900 }));
  const renewed = settler.renew(renewals);
  await clock.advance(5_000);
  // Rounded down: never past the limit that the duration was cut to.
  expect(await renewed).toMatchObject([
    { kind: "renewed", durationMs: 30_000 },
    { kind: "lost" },
    { kind: "failed" },
  ]);
});

it.each(["AccessDenied", "InvalidSignatureException", "KMS.DisabledException"])(
  "does not take a lease for lost while SQS refuses us with %s: it goes on until its time is over",
  async (name) => {
    const { sqs, clock, settler } = start();
    const refusal = toAwsError("Changing visibility", { name, $metadata: { httpStatusCode: 403 } });
    sqs.next("changeMessageVisibilityBatch", () => Promise.reject(refusal));
    const renewed = settler.renew([{ subject: "r-0", durationMs: 30_000 }]);
    await clock.advance(5_000);
    expect(await renewed).toMatchObject([{ kind: "failed", error: { code: "aws/denied" } }]);
  },
);

it("flushes what waits when it is closed, and leaves no timer behind", async () => {
  const { sqs, clock, settler } = start();
  const deleted = settler.delete("r-0");
  await settler.close({ timeoutMs: 1_000 });
  await deleted;
  expect(sqs.inputs("deleteMessageBatch")).toHaveLength(1);
  expect(clock.pendingTimers).toBe(0);
});

it("takes a connection that breaks for a failure of all entries, and tries them again", async () => {
  const { sqs, clock, settler } = start();
  sqs.next("deleteMessageBatch", () => Promise.reject(new ConnectionError("it broke")));
  const deleted = settler.delete("r-0");
  await clock.advance(500);
  await deleted;
  expect(sqs.inputs("deleteMessageBatch")).toHaveLength(2);
});
