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
});
