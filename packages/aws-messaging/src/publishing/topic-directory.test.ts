import { expect, it } from "@jest/globals";
import { awsMessagingConfig } from "../config.ts";
import { topicDirectory } from "./topic-directory.ts";

const arn = (name: string) => `arn:aws:sns:eu-west-1:123456789012:${name}`;
const quick = { maxAttempts: 2, baseDelayMs: 0 };

function listing(...pages: readonly (readonly string[])[]) {
  const asked: (string | undefined)[] = [];
  return {
    asked,
    pages: [...pages],
    async listTopics({ NextToken }: { readonly NextToken?: string }) {
      asked.push(NextToken);
      const page = Number(NextToken ?? 0);
      const isLast = page + 1 >= this.pages.length;
      return {
        Topics: (this.pages[page] ?? []).map((name) => ({ TopicArn: arn(name) })),
        ...(!isLast && { NextToken: String(page + 1) }),
      };
    },
  };
}

const config = awsMessagingConfig({ regionName: "eu-west-1", environment: "prod", retry: quick });

it("believes the map, whether it holds ARNs or names", async () => {
  const sns = listing(["elsewhere"]);
  const mapped = topicDirectory({
    config: { ...config, topicMap: { a: arn("x"), b: "elsewhere" } },
    sns: sns,
  });
  await expect(mapped.arnFor("a")).resolves.toBe(arn("x"));
  expect(sns.asked).toEqual([]);
  await expect(mapped.arnFor("b")).resolves.toBe(arn("elsewhere"));
});

it("builds the ARN from the account's id, without a request", async () => {
  const sns = listing([]);
  const directory = topicDirectory({ config: { ...config, accountId: "123456789012" }, sns: sns });
  await expect(directory.arnFor("orders.fifo")).resolves.toBe(arn("prod-orders.fifo"));
  expect(sns.asked).toEqual([]);
});

it("pages through the list once for all who ask", async () => {
  const sns = listing(["prod-a"], ["prod-b"], ["prod-c"]);
  const directory = topicDirectory({ config: config, sns: sns });
  await expect(Promise.all(["a", "b", "c", "a"].map((topic) => directory.arnFor(topic)))).resolves.toEqual(
    ["prod-a", "prod-b", "prod-c", "prod-a"].map(arn),
  );
  expect(sns.asked).toEqual([undefined, "1", "2"]);
});

it("looks again for a topic that was not there", async () => {
  const sns = listing(["prod-a"]);
  const directory = topicDirectory({ config: config, sns: sns });
  await expect(directory.arnFor("b")).rejects.toMatchObject({
    code: "aws/gone",
    retryable: false,
  });
  sns.pages[0] = ["prod-a", "prod-b"];
  await expect(directory.arnFor("b")).resolves.toBe(arn("prod-b"));
});

it("retries a page, and asks anew after a failure", async () => {
  const sns = listing(["prod-a"]);
  let failures = 3;
  const flaky = {
    listTopics: (input: { readonly NextToken?: string }) =>
      failures-- > 0
        ? Promise.reject(Object.assign(new Error("down"), { code: "ECONNRESET" }))
        : sns.listTopics(input),
  };
  const directory = topicDirectory({ config: config, sns: flaky });
  await expect(directory.arnFor("a")).rejects.toMatchObject({
    code: "aws/transient",
    attempts: 2,
  });
  await expect(directory.arnFor("a")).resolves.toBe(arn("prod-a"));
});

it("stops a listing that hangs, and its retries, when it is aborted", async () => {
  const controller = new AbortController();
  const sns = { listTopics: () => new Promise<never>(() => {}) };
  const directory = topicDirectory({ config, sns, signal: controller.signal });
  const waiting = directory.arnFor("a");
  controller.abort(new Error("enough"));
  await expect(waiting).rejects.toThrow("enough");
});

it("gives up a listing that hangs after the time of a request, and says that nothing was sent", async () => {
  const sns = { listTopics: () => new Promise<never>(() => {}) };
  const directory = topicDirectory({ config: { ...config, requestTimeoutMs: 1 }, sns });
  await expect(directory.arnFor("a")).rejects.toMatchObject({ code: "aws/transient", request: "unsent" });
});
