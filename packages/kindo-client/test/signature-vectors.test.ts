import { describe, expect, it } from "@jest/globals";
import { readSharedVectors, readVectors } from "@wirekit/vectors";
import { type Credentials, signRequest } from "../src/index.ts";

interface Expected {
  readonly canonicalRequest: string;
  readonly stringToSign: string;
  readonly authorization: string;
}

interface BotocoreCase {
  readonly name: string;
  readonly request: {
    readonly method: string;
    readonly url: string;
    readonly headers: Readonly<Record<string, string>>;
    readonly body: string;
  };
  readonly credentials: Credentials;
  readonly region: string;
  readonly service: string;
  readonly timestamp: string;
  readonly expected: Expected & { readonly headers: Readonly<Record<string, string>> };
}

interface AwsCase {
  readonly name: string;
  readonly request: {
    readonly method: string;
    readonly target: string;
    readonly headers: readonly (readonly [string, string])[];
    readonly body: string;
  };
  readonly credentials: Credentials;
  readonly region: string;
  readonly service: string;
  readonly timestamp: string;
  readonly options: {
    readonly normalizePath: boolean;
    readonly signBody: boolean;
    readonly omitSessionToken: boolean;
  };
  readonly expected: Expected & { readonly signedRequest: string };
}

describe("what the original signs", () => {
  it.each(readVectors<BotocoreCase>("kindo/sigv4.json"))("is signed the same: $name", async (vector) => {
    const { request, credentials, region, service, timestamp, expected } = vector;
    const signed = await signRequest(request, { credentials, region, service, date: new Date(timestamp) });
    expect(signed.canonicalRequest).toBe(expected.canonicalRequest);
    expect(signed.stringToSign).toBe(expected.stringToSign);
    expect(signed.headers.Authorization).toBe(expected.authorization);
    expect(Object.entries(signed.headers)).toEqual(Object.entries(expected.headers));
  });
});

describe("AWS's own suite", () => {
  const cases = readSharedVectors<AwsCase>("kindo/aws-sigv4-suite.json");
  const run = cases === undefined ? it.skip : it;

  run("has all its 38 cases", () => {
    expect(cases).toHaveLength(38);
  });

  run.each(cases ?? [{ name: "is absent" } as AwsCase])("is answered to the byte: $name", async (vector) => {
    const { request, credentials, region, service, timestamp, options, expected } = vector;
    const host = request.headers.find(([name]) => name === "Host")?.[1];
    const { canonicalRequest, stringToSign, headers } = await signRequest(
      { ...request, url: `https://${host}${request.target}` },
      { credentials, region, service, date: new Date(timestamp), ...options },
    );
    expect({ canonicalRequest, stringToSign, authorization: headers.Authorization }).toEqual({
      canonicalRequest: expected.canonicalRequest,
      stringToSign: expected.stringToSign,
      authorization: expected.authorization,
    });
    expect(namesOf(headers)).toEqual(namesIn(expected.signedRequest));
  });

  run("is answered the same for a target without scheme and host", async () => {
    for (const { request, credentials, region, service, timestamp, options, expected } of cases ?? []) {
      const date = new Date(timestamp);
      const relative = { ...request, url: request.target };
      const signed = await signRequest(relative, { credentials, region, service, date, ...options });
      expect(signed.canonicalRequest).toBe(expected.canonicalRequest);
    }
  });
});

function namesOf(headers: Readonly<Record<string, string>>): readonly string[] {
  return Object.keys(headers)
    .map((name) => name.toLowerCase())
    .sort();
}

/** The names of the headers in a request as text. Lines that begin with a blank continue a folded value. */
function namesIn(request: string): readonly string[] {
  const [head = ""] = request.split("\n\n");
  const lines = head.split("\n").slice(1);
  const names = lines
    .filter((line) => !/^\s/.test(line))
    .map((line) => line.slice(0, line.indexOf(":")).toLowerCase());
  return [...new Set(names)].sort();
}
