import { expect } from "@jest/globals";
import { startLambdaUrl } from "@wirekit/devstack/lambda-url";
import { KindoClient, signRequest } from "@wirekit/kindo-client";
import { clientPackages, startMoto } from "@wirekit/servers";
import { startPythonClient } from "../../src/programs/python-client.ts";
import { describePair } from "../../src/rows/describe-pair.ts";
import { sharedServer } from "../../src/rows/servers-in-use.ts";
import { keys, messages, region } from "./kindo-messages.ts";

await describePair(
  { ours: "kindo-client", theirs: "boto3's Lambda client", on: "devstack", needs: ["python"] },
  (row) => {
    row("ours = theirs", "an invocation is the same request, and the same message is stored", async () => {
      await using producer = await startLambdaUrl({ credentials: keys, region });
      const { lambdaEndpoint, functionArn: arn } = producer;
      await using boto3 = await startPythonClient({
        packages: clientPackages.kindo,
        file: "boto3_lambda.py",
        args: [lambdaEndpoint, region, keys.accessKeyId, keys.secretAccessKey],
      });
      await using kindo = new KindoClient({ arn, endpoint: lambdaEndpoint, credentials: keys });
      for (const message of messages) {
        producer.forget();
        const complete = { ...message, security_level: message.security_level ?? "normal" };
        const { tracking_id } = await boto3.ask<{ tracking_id: string }>("invoke", {
          arn,
          message: complete,
        });
        const { trackingId } = await kindo.send(message);
        const [theirs, ours] = producer.requests;
        expect(producer.stored.map((stored) => stored.trackingId)).toEqual([tracking_id, trackingId]);
        expect(JSON.parse(ours?.body.toString() ?? "")).toEqual(JSON.parse(theirs?.body.toString() ?? ""));
        expect(decodeURIComponent(ours?.target ?? "")).toBe(decodeURIComponent(theirs?.target ?? ""));
        expect(ours?.method).toBe(theirs?.method);
        expect([ours?.signature.kind, theirs?.signature.kind]).toEqual(["accepted", "accepted"]);
        expect(ours?.headers["x-amz-invocation-type"]).toBe(theirs?.headers["x-amz-invocation-type"]);
      }
      return { invocations: 2 * messages.length, equal: messages.length };
    });
  },
);

const awsRegion = "us-east-1";
const moto = sharedServer(startMoto);

await describePair(
  {
    ours: "kindo-client",
    theirs: "moto's enforcement",
    on: "Lambda's control API",
    needs: ["moto", "python"],
  },
  (row) => {
    row(
      "ours -> theirs",
      "signatures of ours are accepted, wrong ones and what is not allowed are not",
      async () => {
        const { url } = await moto();
        await using iam = await startPythonClient({
          packages: clientPackages.aws,
          file: "iam_user.py",
          args: [url, awsRegion],
        });
        const allowed = await iam.ask<Keys>("make", { name: "allowed", action: "lambda:*" });
        const other = await iam.ask<Keys>("make", { name: "other", action: "sqs:*" });
        await enforce(url);

        const search = "/2015-03-31/functions/?MaxItems=7&Marker=a%2Fb%20c";
        const unknownFunction = "/2015-03-31/functions/n%C3%B6/invocations";
        const body = JSON.stringify(messages[2]);
        const calls: readonly (readonly [Call, number])[] = [
          [{ method: "GET", path: "/2015-03-31/functions/" }, 200],
          [{ method: "GET", path: search }, 200],
          // Who is told that there is no such thing has been let in.
          [{ method: "POST", path: unknownFunction, body }, 404],
          [{ method: "POST", path: "/2018-10-31/layers/a//b/versions", body }, 404],
        ];
        let refused = 0;
        for (const [call, status] of calls) {
          expect([call.path, await statusOf(url, call, allowed)]).toEqual([call.path, status]);
          for (const noUse of [
            { ...allowed, secretAccessKey: `${allowed.secretAccessKey}x` },
            { ...allowed, accessKeyId: "AKIANOBODY" },
            other,
          ]) {
            expect([call.path, await statusOf(url, call, noUse)]).toEqual([call.path, 403]);
            refused += 1;
          }
        }
        const changed = { method: "POST", path: unknownFunction, body, sentBody: `${body} ` };
        expect(await statusOf(url, changed, allowed)).toBe(403);
        return { accepted: calls.length, refused: refused + 1 };
      },
    );
  },
);

interface Keys {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

interface Call {
  readonly method: string;
  readonly path: string;
  readonly body?: string;
  /** What is sent in the place of the body that was signed. */
  readonly sentBody?: string;
}

/** From now on every request needs a signature. */
async function enforce(url: string): Promise<void> {
  const headers = { "content-type": "text/plain" };
  const response = await fetch(`${url}/moto-api/reset-auth`, { method: "POST", headers, body: "0" });
  expect(response.status).toBe(200);
}

async function statusOf(url: string, call: Call, credentials: Keys): Promise<number> {
  const { method, path, body, sentBody = body } = call;
  const { headers } = await signRequest(
    { method, url: `${url}${path}`, body, headers: { "Content-Type": "application/json" } },
    // Without the body's hash in a header moto refuses some requests that have no body.
    { region: awsRegion, service: "lambda", credentials, signBody: body === undefined },
  );
  const response = await fetch(`${url}${path}`, { method, headers, body: sentBody ?? null });
  await response.arrayBuffer();
  return response.status;
}
