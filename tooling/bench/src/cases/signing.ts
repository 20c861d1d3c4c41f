import { signRequest } from "@wirekit/kindo-client";
import aws4 from "aws4";
import { AwsV4Signer } from "aws4fetch";
import { type BenchmarkCase, comparisonTable } from "../harness/benchmark-case.ts";
import { type Contender, compare } from "../harness/compare.ts";
import { judgeRatio } from "../harness/goals.ts";
import { bareSmithy } from "./bare-smithy.ts";
import { credentials, region, sampleMessage, service } from "./sample-message.ts";

const host = "abcdefghijklmnop.lambda-url.ap-southeast-2.on.aws";
const url = `https://${host}/`;
const contentType = "application/json";
const operations = 10_000;
const names = { ours: "signRequest", smithy: "bare smithy", aws4: "aws4", aws4fetch: "aws4fetch" };
const wanted = /^AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE\/.*Signature=[0-9a-f]{64}$/;

/** Signing alone: nothing is sent. Every body is another one, so that none can be remembered. */
export const signing: BenchmarkCase = {
  name: "signing",
  async run({ rounds }) {
    const bodies = Array.from({ length: operations }, (_, number) => JSON.stringify(sampleMessage(number)));
    const measured = await compare(contenders(bodies), { rounds, operations });
    return {
      name: "signing",
      title: `${operations.toLocaleString("en")} bodies of ${bodies[0]?.length} bytes`,
      ...comparisonTable(measured, { peer: names.smithy, unit: "signatures" }),
      goals: [judgeRatio({ contender: names.ours, peer: names.smithy, atLeast: 1.5 }, measured)],
      notes: ["bare smithy: SignatureV4 with node:crypto hashing and fixed credentials"],
      results: measured,
    };
  },
};

function contenders(bodies: readonly string[]): readonly Contender[] {
  const smithy = bareSmithy();
  const cache = new Map<string, ArrayBuffer>();
  return [
    signer(names.ours, bodies, async (body) => {
      const request = { method: "POST", url, headers: { "Content-Type": contentType }, body };
      const { headers } = await signRequest(request, { region, service, credentials });
      return headers.Authorization;
    }),
    signer(names.smithy, bodies, async (body) => {
      const { headers } = await smithy.sign({
        method: "POST",
        protocol: "https:",
        hostname: host,
        path: "/",
        headers: { "Content-Type": contentType, host },
        body,
      });
      return headers.authorization;
    }),
    signer(names.aws4, bodies, (body) => {
      const request = {
        host,
        method: "POST",
        path: "/",
        headers: { "Content-Type": contentType },
        body,
        service,
        region,
      };
      const { headers = {} } = aws4.sign(request, credentials);
      return headers.Authorization;
    }),
    signer(names.aws4fetch, bodies, async (body) => {
      const headers = { "Content-Type": contentType };
      const request = { method: "POST", url, headers, body };
      const signer = new AwsV4Signer({
        ...request,
        ...credentials,
        service,
        region,
        cache,
        allHeaders: true,
      });
      const signed = await signer.sign();
      return signed.headers.get("authorization");
    }),
  ];
}

function signer(name: string, bodies: readonly string[], sign: (body: string) => unknown): Contender {
  return {
    name,
    async run() {
      let authorization: unknown;
      for (const body of bodies) authorization = await sign(body);
      if (typeof authorization !== "string" || !wanted.test(authorization))
        throw new Error(`${name} made no signature`);
    },
  };
}
