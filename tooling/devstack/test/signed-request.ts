import { type Request as Aws4Request, sign } from "aws4";
import type { Credentials } from "../src/lambda-url/index.ts";
import type { RawRequest } from "./raw-http.ts";

export const credentials: Credentials = {
  accessKeyId: "AKIDEXAMPLE",
  secretAccessKey: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY",
};

export const temporaryCredentials: Credentials = {
  accessKeyId: "ASIDEXAMPLE",
  secretAccessKey: "anotherSecretThatIsNotTheFirst/EXAMPLEKEY",
  sessionToken:
    "AQoDYXdzEPT//////////wEXAMPLEtc764bNrC9SAPBSM22wDOk4x4HIZ8j4FZTwdQWLWsKWHGBuFqwAeMicRXmxfpSPfIeoIYRq==",
};

/** The time at which everything here is signed, and that servers under test take for now. */
export const signedAt = Date.UTC(2026, 0, 15, 12, 0, 0);

export const validMessage = {
  event_type: "order.created",
  message_channel: "email",
  behavior: "instant",
  payload: { order_id: "o-1", amount: 99.99 },
  security_level: "normal",
} as const;

export interface SigningOptions {
  readonly credentials?: Credentials;
  readonly target?: string;
  readonly body?: string;
  readonly method?: string;
  readonly region?: string;
  readonly service?: string;
  readonly date?: number;
  readonly headers?: Readonly<Record<string, string>>;
}

/** A request signed by aws4, which has nothing to do with the server's own check. */
export function signedRequest(options: SigningOptions = {}): RawRequest {
  const { body = JSON.stringify(validMessage), target = "/", method = "POST" } = options;
  const request: Aws4Request & { readonly extraHeadersToIgnore: object } = {
    method,
    // The transport writes it anew, so that a body can be changed without breaking the framing.
    extraHeadersToIgnore: { "content-length": true },
    path: target,
    body,
    region: options.region ?? "ap-southeast-2",
    service: options.service ?? "lambda",
    headers: {
      Host: "producer.localhost",
      "Content-Type": "application/json",
      "X-Amz-Date": amzDate(options.date ?? signedAt),
      ...options.headers,
    },
  };
  const { sessionToken, ...keys } = options.credentials ?? credentials;
  const { headers = {}, path = target } = sign(request, sessionToken ? { ...keys, sessionToken } : keys);
  const pairs = Object.entries(headers).map(([name, value]) => [name, String(value)] as const);
  return { method, target: path, headers: pairs.filter(([name]) => name !== "Content-Length"), body };
}

/** The request with one header changed; added when it was not there, removed when `value` is undefined. */
export function withHeader(request: RawRequest, name: string, value: string | undefined): RawRequest {
  const others = request.headers.filter(([candidate]) => candidate.toLowerCase() !== name.toLowerCase());
  return { ...request, headers: value === undefined ? others : [...others, [name, value]] };
}

export function amzDate(time: number): string {
  return new Date(time).toISOString().replace(/[-:]|\.\d{3}/g, "");
}
