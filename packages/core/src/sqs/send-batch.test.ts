import { expect, it } from "@jest/globals";
import fc from "fast-check";
import { toAwsError } from "../aws/index.ts";
import { ClosedError, TimeoutError, UnconfirmedError } from "../index.ts";
import { deferred } from "../testing/deferred.ts";
import { entryId } from "./batch-results.ts";
import { sendBatch } from "./send-batch.ts";
import type { AwsBatchResult } from "./sqs-api.ts";

const refusal = (name: string, status = 400) =>
  toAwsError("Sending", { name, $metadata: { httpStatusCode: status } });
const agree = (items: readonly string[]) => ({
  Successful: items.map((_, index) => ({ Id: entryId(index) })),
});
const lost = toAwsError("Sending", { code: "ECONNRESET", syscall: "read" });

/** Sends a batch to a service that answers as `answer` says, and remembers its requests. */
function send(
  items: readonly string[],
  answer: (items: readonly string[], count: number) => Promise<AwsBatchResult<{ readonly Id?: string }>>,
  {
    order = "free",
    signal = new AbortController().signal,
  }: { order?: "kept" | "free"; signal?: AbortSignal } = {},
) {
  const requests: string[] = [];
  const results = sendBatch(items, {
    what: "Sending",
    order,
    context: { signal },
    receiptOf: () => undefined,
    send: (some) => {
      requests.push(some.join(""));
      return answer(some, requests.length);
    },
  });
  return { requests, results, kinds: async () => (await results).map(({ kind }) => kind[0]).join("") };
}

it("takes all entries of a request whose answer was lost for unconfirmed", async () => {
  const { results } = send(["a", "b"], () => Promise.reject(lost));
  expect(await results).toEqual([
    { kind: "unconfirmed", error: lost },
    { kind: "unconfirmed", error: lost },
  ]);
});

it("reads what the SDK itself throws", async () => {
  expect(await send(["a", "b"], () => Promise.reject(new Error("odd"))).results).toMatchObject([
    { kind: "unconfirmed", error: { code: "aws/transient" } },
    { kind: "unconfirmed" },
  ]);
  const refused = send(["a", "b"], () => Promise.reject({ code: "ECONNREFUSED" }));
  await expect(refused.results).rejects.toMatchObject({ code: "aws/transient", request: "unsent" });
});

it.each([
  toAwsError("Sending", { code: "ECONNREFUSED" }),
  refusal("AccessDenied", 403),
  refusal("SignatureDoesNotMatch", 403),
  refusal("InvalidClientTokenId", 403),
  refusal("QueueDoesNotExist"),
  refusal("ThrottlingException"),
  refusal("UnsupportedOperation"),
  refusal("TooManyEntriesInBatchRequest"),
  new UnconfirmedError("It"),
])("throws, after one request, what would happen to each entry alone: %s", async (thrown) => {
  const { results, requests } = send(["a", "b"], () => Promise.reject(thrown));
  await expect(results).rejects.toBe(thrown);
  expect(requests).toHaveLength(1);
});

it.each([
  refusal("InvalidParameterValue"),
  refusal("InvalidMessageContents"),
  refusal("BatchRequestTooLong"),
  refusal("SomethingNew"),
  new URIError("URI malformed"),
])("sends a batch that one entry can spoil in halves, until the culprit is alone: %s", async (thrown) => {
  const { kinds, requests } = send([..."abcdefghiX"], async (some) => {
    if (some.includes("X")) throw thrown;
    return agree(some);
  });
  expect(await kinds()).toBe("dddddddddf");
  expect(requests).toEqual(["abcdefghiX", "abcde", "fghiX", "fgh", "iX", "i", "X"]);
});

it("delivers all but the culprits, whichever they are, in their order where it is kept", async () => {
  const culprits = fc.array(fc.boolean(), { minLength: 1, maxLength: 10 });
  await fc.assert(
    fc.asyncProperty(culprits, fc.constantFrom("kept", "free"), async (isCulprit, order) => {
      const items = isCulprit.map((is, index) => (is ? index.toString() : "abcdefghij"[index]) ?? "");
      const delivered: string[] = [];
      let underWay = 0;
      let most = 0;
      const answer = async (some: readonly string[]) => {
        underWay += 1;
        most = Math.max(most, underWay);
        await Promise.resolve();
        underWay -= 1;
        if (some.some((item) => /\d/.test(item))) throw refusal("InvalidParameterValue");
        delivered.push(...some);
        return agree(some);
      };
      const { results, requests } = send(items, answer, { order });
      const outcomes = await results.catch(() => items.map(() => ({ kind: "failed" })));
      expect(outcomes.map(({ kind }) => kind === "failed")).toEqual(isCulprit);
      expect([...delivered].sort()).toEqual(items.filter((item) => !/\d/.test(item)));
      expect(requests.length).toBeLessThan(2 * items.length);
      if (order === "kept") {
        expect(delivered).toEqual([...delivered].sort());
        expect(most).toBe(1);
      }
    }),
  );
});

it("leaves only those unconfirmed whose half was not answered", async () => {
  const { kinds } = send([..."Xbcd"], async (some) => {
    if (some.includes("X")) throw refusal("InvalidParameterValue");
    if (some.includes("c")) throw lost;
    return agree(some);
  });
  expect(await kinds()).toBe("fduu");
});

it.each([
  [new TimeoutError("The flush", 5), "aws/transient"],
  [new ClosedError("The batcher"), "wirekit/closed"],
])(
  "ends with the signal: what was answered counts, what is under way is unconfirmed, the rest never left",
  async (reason, code) => {
    const controller = new AbortController();
    const waits = deferred<never>();
    const { results, requests } = send(
      [..."abcX"],
      async (some, count) => {
        if (count === 1) throw refusal("InvalidParameterValue");
        if (some.includes("a")) return agree(some);
        if (some.length > 1) throw refusal("InvalidParameterValue");
        controller.abort(reason);
        return waits.promise;
      },
      { order: "kept", signal: controller.signal },
    );
    expect(await results).toMatchObject([
      { kind: "delivered" },
      { kind: "delivered" },
      { kind: "unconfirmed", error: reason },
      { kind: "failed", error: { code } },
    ]);
    expect(requests).toEqual(["abcX", "ab", "cX", "c"]);
  },
);
