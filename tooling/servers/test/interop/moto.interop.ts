import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, it } from "@jest/globals";
import { describeWith } from "../../src/gate.ts";
import { type MotoServer, startMoto } from "../../src/moto/start-moto.ts";
import { clientPackages, pythonEnvironment } from "../../src/python/python-environment.ts";
import { runCommand } from "../../src/run-command.ts";
import { expectGone, report } from "./expect-gone.ts";

const script = fileURLToPath(new URL("clients/sns_to_sqs.py", import.meta.url));

await describeWith(["moto", "python"], "moto", () => {
  let moto: MotoServer;
  beforeAll(async () => {
    moto = await startMoto();
    report(moto);
  });
  afterAll(() => moto?.stop());

  it("passes a message from SNS to SQS, its binary attribute too, and again after a restart by SIGKILL", async () => {
    const { python, versions } = await pythonEnvironment(clientPackages.aws);
    expect(versions).toMatchObject({ boto3: "1.44.5", botocore: "1.44.5" });
    for (const round of ["first", "restarted"]) {
      if (round === "restarted") await moto.restart({ signal: "SIGKILL" });
      const { stdout } = await runCommand(python, [script, moto.url]);
      expect(JSON.parse(stdout)).toEqual({ body: "hello", bytes: "00ff", text: "plain" });
    }
  });

  it("gives a message to one of many receivers only", async () => {
    const { QueueUrl } = await sqs("CreateQueue", {
      QueueName: "shared",
      Attributes: { VisibilityTimeout: "600" },
    });
    const numbers = Array.from({ length: 200 }, (_, number) => String(number));
    for (let from = 0; from < numbers.length; from += 10) {
      const Entries = numbers.slice(from, from + 10).map((number) => ({ Id: number, MessageBody: number }));
      await sqs("SendMessageBatch", { QueueUrl, Entries });
    }
    const received: string[] = [];
    const receiver = async () => {
      for (;;) {
        const { Messages = [] } = await sqs("ReceiveMessage", { QueueUrl, MaxNumberOfMessages: 10 });
        if (Messages.length === 0) return;
        received.push(...Messages.map(({ Body }) => Body));
      }
    };
    await Promise.all(Array.from({ length: 8 }, receiver));
    expect(received.sort()).toEqual([...numbers].sort());
  });

  it("refuses a wrong signature once it was told to check them", async () => {
    await using strict = await startMoto({ openCalls: 0 });
    const scope = "20260101/us-east-1/sqs/aws4_request";
    const response = await fetch(strict.url, {
      method: "POST",
      headers: {
        authorization: `AWS4-HMAC-SHA256 Credential=nobody/${scope}, SignedHeaders=host, Signature=00`,
        "x-amz-target": "AmazonSQS.ListQueues",
        "content-type": "application/x-amz-json-1.0",
      },
      body: "{}",
    });
    expect(response.status).toBe(403);
  });

  it("leaves nothing behind", () => expectGone(moto));

  async function sqs(
    action: string,
    input: object,
  ): Promise<{ readonly QueueUrl?: string; readonly Messages?: readonly { readonly Body: string }[] }> {
    const response = await fetch(moto.url, {
      method: "POST",
      headers: {
        authorization: "AWS4-HMAC-SHA256 Credential=any/20260101/us-east-1/sqs/aws4_request",
        "x-amz-target": `AmazonSQS.${action}`,
        "content-type": "application/x-amz-json-1.0",
      },
      body: JSON.stringify(input),
    });
    if (!response.ok) throw new Error(`${action} was answered with ${response.status}`);
    return (await response.json()) as Awaited<ReturnType<typeof sqs>>;
  }
});
