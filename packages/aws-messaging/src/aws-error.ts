import { ConnectionError, TimeoutError, WirekitError } from "@wirekit/core";
import { AWSConnectionError, type AwsMessagingErrorCode } from "./errors.ts";

/** What the AWS SDK's errors have in common; any of it may be missing. */
interface SdkError {
  readonly name?: string;
  readonly code?: string;
  readonly $metadata?: { readonly httpStatusCode?: number; readonly requestId?: string };
  readonly $retryable?: unknown;
}

/** Names under which AWS's services say "slower, please". */
const throttling = /Throttl|TooManyRequests|RequestLimitExceeded|SlowDown|KMSThrottled|LimitExceeded/i;
const denied =
  /AccessDenied|AuthorizationError|NotAuthorized|InvalidClientToken|UnrecognizedClient|SignatureDoesNotMatch|ExpiredToken|InvalidAccessKey|MissingAuthentication|IncompleteSignature|InvalidSecurity|CredentialsProviderError/i;
/** What Node calls faults of the network: a host that is not found (ENOTFOUND) is no topic that is not found. */
const network = /^E[A-Z_]+$/;
const missing = /NonExistentQueue|QueueDoesNotExist|NotFound|ResourceNotFound/i;

/**
 * Gives an error of the AWS SDK, or of the network beneath it, the name that applications match on. The message is
 * built here from names and numbers: AWS's own texts may quote what was sent.
 *
 * @param what what was being done, as the subject of a sentence: `"Publishing to prod-user-events"`.
 */
export function toAwsError(what: string, thrown: unknown): WirekitError {
  if (WirekitError.isInstance(thrown) && !isTransport(thrown)) return thrown;
  const { name = "Error", code, $metadata, $retryable } = (thrown ?? {}) as SdkError;
  const fault = name === "Error" && code !== undefined ? code : name;
  const status = $metadata?.httpStatusCode;
  const kind = kindOf(fault, status);
  const shown = status === undefined ? fault : `${fault}, HTTP ${status}`;
  return new AWSConnectionError(`${what} failed: ${shown}${hints[kind] ?? ""}`, {
    code: kind,
    retryable: isRetryable(kind, status, $retryable !== undefined),
    details: { fault, status, requestId: $metadata?.requestId },
    cause: thrown,
  });
}

/** The likely mistake, where there is one. */
const hints: Partial<Record<AwsMessagingErrorCode, string>> = {
  "aws-messaging/access-denied": ". Check credentials, region and the policy of the topic or queue",
  "aws-messaging/not-found":
    ". Check its name, the environment, region and account; provision() creates what is missing",
};

function kindOf(fault: string, status: number | undefined): AwsMessagingErrorCode {
  if (throttling.test(fault) || status === 429) return "aws-messaging/throttled";
  if (denied.test(fault) || status === 401 || status === 403) return "aws-messaging/access-denied";
  if (status === undefined && network.test(fault)) return "aws-messaging/connection";
  if (missing.test(fault) || status === 404) return "aws-messaging/not-found";
  if (status !== undefined && status < 500) return "aws-messaging/refused";
  return "aws-messaging/connection";
}

function isRetryable(kind: AwsMessagingErrorCode, status: number | undefined, saidSo: boolean): boolean {
  if (kind === "aws-messaging/throttled" || saidSo) return true;
  // Without a status nothing was answered: the network failed, or the time was over.
  return kind === "aws-messaging/connection" || (status !== undefined && status >= 500);
}

function isTransport(error: WirekitError): boolean {
  return ConnectionError.isInstance(error) || TimeoutError.isInstance(error);
}
