import { afterAll, beforeAll, expect, it } from "@jest/globals";
import { type ElasticMqServer, startElasticMq } from "../../src/elasticmq/start-elasticmq.ts";
import { describeWith } from "../../src/gate.ts";
import { expectGone, report } from "./expect-gone.ts";

await describeWith(["elasticmq"], "ElasticMQ", () => {
  let elasticmq: ElasticMqServer;
  beforeAll(async () => {
    elasticmq = await startElasticMq();
    report(elasticmq);
  });
  afterAll(() => elasticmq?.stop());

  it("takes a message and hands it out", async () => {
    const queue = await createQueue(elasticmq);
    await call(queue, { Action: "SendMessage", MessageBody: "hello" });
    expect(await call(queue, { Action: "ReceiveMessage" })).toContain("<Body>hello</Body>");
  });

  it("loses what it has in memory when it is restarted, by SIGKILL and in order", async () => {
    for (const signal of ["SIGKILL", "SIGTERM"] as const) {
      const queue = await createQueue(elasticmq);
      await call(queue, { Action: "SendMessage", MessageBody: "hello" });
      await elasticmq.restart({ signal });
      await expect(call(queue, { Action: "ReceiveMessage" })).rejects.toThrow("400");
    }
  });

  it("keeps what it has while it is paused", async () => {
    const queue = await createQueue(elasticmq);
    await call(queue, { Action: "SendMessage", MessageBody: "hello" });
    elasticmq.pause();
    await expect(call(queue, { Action: "ReceiveMessage" }, AbortSignal.timeout(500))).rejects.toThrow(
      "timeout",
    );
    elasticmq.resume();
    const attributes = { Action: "GetQueueAttributes", "AttributeName.1": "All" };
    expect(await call(queue, attributes)).toContain("ApproximateNumberOfMessages");
  });

  it("leaves nothing behind", () => expectGone(elasticmq));

  it("on disk it has everything that it acknowledged when it comes back after SIGKILL", async () => {
    await using durable = await startElasticMq({ persistence: "disk" });
    const queue = await createQueue(durable);
    const bodies = Array.from({ length: 200 }, (_, index) => `message-${index}`);
    await Promise.all(bodies.map((MessageBody) => call(queue, { Action: "SendMessage", MessageBody })));
    await durable.restart({ signal: "SIGKILL" });
    const received = new Set<string>();
    while (received.size < bodies.length) {
      const before = received.size;
      const answer = await call(queue, {
        Action: "ReceiveMessage",
        MaxNumberOfMessages: "10",
        VisibilityTimeout: "600",
        WaitTimeSeconds: "5",
      });
      for (const [, body = ""] of answer.matchAll(/<Body>([^<]*)<\/Body>/g)) received.add(body);
      if (received.size === before) break;
    }
    expect([...received].sort()).toEqual([...bodies].sort());
  });
});

async function createQueue(server: ElasticMqServer): Promise<string> {
  await call(`${server.url}/`, { Action: "CreateQueue", QueueName: "orders" });
  return `${server.url}/000000000000/orders`;
}

/** A request of the query protocol; rejects with the status where it is no success. */
async function call(url: string, form: Record<string, string>, signal?: AbortSignal): Promise<string> {
  const body = new URLSearchParams(form);
  const response = await fetch(
    url,
    signal === undefined ? { method: "POST", body } : { method: "POST", body, signal },
  );
  const text = await response.text();
  if (!response.ok) throw new Error(`${form.Action} was answered with ${response.status}`);
  return text;
}
