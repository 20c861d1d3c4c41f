import { ValidationError } from "@wirekit/core";
import { type HeaderField, mergeHeaders } from "../wire/request-headers.ts";
import { checkSigning } from "./check-signing.ts";
import type { Credentials } from "./credentials.ts";
import type { RequestSigner } from "./request-signer.ts";
import type { SignableRequest, SignOptions } from "./sign-options.ts";

/** A signed request's headers, and how the signature came about. */
export interface SignedRequest {
  /**
   * The request's own headers and, after them, `X-Amz-Date`, `X-Amz-Security-Token` and
   * `X-Amz-Content-Sha256` where they apply, and `Authorization`. The values of a name that was given more
   * than once are joined by a comma. `Host` is signed, and is here only when it was given.
   */
  readonly headers: Readonly<Record<string, string>>;
  readonly canonicalRequest: string;
  readonly stringToSign: string;
}

/** Headers that signing sets; an older value of one of them is dropped. */
const setBySigning = ["authorization", "x-amz-date", "x-amz-security-token"];

/**
 * Signs a request with AWS Signature Version 4, in its headers. The key that is derived from a key pair is
 * kept for the day with the `credentials` object that it came from: hand in the same object to sign many
 * requests fast.
 *
 * @throws ValidationError when the request cannot be signed: no host, half a surrogate pair in the URL.
 * @throws ConfigError naming every member of `request` or `options` that is missing or cannot be used, and
 * options that do not exist.
 */
export async function signRequest(request: SignableRequest, options: SignOptions): Promise<SignedRequest> {
  checkSigning(request, options);
  const { credentials, normalizePath = true, signBody = false, omitSessionToken = false } = options;
  const signer = knownSigner(options) ?? (await newSigner(options));
  const date = options.date ?? new Date();
  const target = signer.targetOf(request.url);
  const headers = mergeHeaders(request.headers ?? {});
  for (const name of setBySigning) headers.delete(name);
  const payloadHash = signer.hash(request.body ?? "");
  const token = credentials.sessionToken;
  const time = signer.timeOf(date);
  set(headers, "X-Amz-Date", time.longDate);
  if (token !== undefined && !omitSessionToken) set(headers, "X-Amz-Security-Token", token);
  if (signBody) set(headers, "X-Amz-Content-Sha256", payloadHash);

  const signature = await signer.signCanonical(
    { method: request.method, target, headers: withHost(headers, target.host), payloadHash, normalizePath },
    time,
  );
  if (token !== undefined && omitSessionToken) set(headers, "X-Amz-Security-Token", token);
  set(headers, "Authorization", signature.authorization);
  return {
    headers: Object.fromEntries([...headers.values()].map(({ name, value }) => [name, value])),
    canonicalRequest: signature.canonicalRequest,
    stringToSign: signature.stringToSign,
  };
}

function set(headers: Map<string, HeaderField>, name: string, value: string): void {
  headers.set(name.toLowerCase(), { name, value });
}

/** The headers to sign: what sends the request sets `Host` by itself, but it is signed all the same. */
function withHost(
  headers: ReadonlyMap<string, HeaderField>,
  host: string | undefined,
): ReadonlyMap<string, HeaderField> {
  if (headers.has("host")) return headers;
  if (host === undefined) throw unsignable("url", "must be absolute, or the headers must have a Host");
  return new Map([...headers, ["host", { name: "Host", value: host }]]);
}

function unsignable(path: string, message: string): ValidationError {
  return new ValidationError([{ path, message }], { prefix: "Invalid request" });
}

/** What a signer is made for. */
interface SignerScope {
  readonly region: string;
  readonly service: string;
  readonly credentials: Credentials;
}

interface KnownSigner {
  readonly region: string;
  readonly service: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly signer: RequestSigner;
}

/**
 * The last signer of each credentials object, so that a key is derived once a day and not once a request.
 * Held by the object: when the caller lets go of it, the key goes with it.
 */
const known = new WeakMap<Credentials, KnownSigner>();

/** The signer that served these credentials last, if it still fits. */
function knownSigner({ credentials, region, service }: SignerScope): RequestSigner | undefined {
  const last = known.get(credentials);
  const fits =
    last !== undefined &&
    last.region === region &&
    last.service === service &&
    last.secretAccessKey === credentials.secretAccessKey &&
    last.accessKeyId === credentials.accessKeyId;
  return fits ? last.signer : undefined;
}

/** Makes a signer; smithy is loaded with the first one. */
async function newSigner(scope: SignerScope): Promise<RequestSigner> {
  const { credentials, region, service } = scope;
  const { RequestSigner } = await import("./request-signer.ts");
  const signer = new RequestSigner(credentials, region, service);
  const { accessKeyId, secretAccessKey } = credentials;
  known.set(credentials, { region, service, accessKeyId, secretAccessKey, signer });
  return signer;
}
