/** What kind of failure an error of the AWS SDK stands for. `"refused"`: AWS has looked at the request and will not have it. */
export type AwsFaultKind = "throttled" | "access-denied" | "not-found" | "refused" | "connection";

/** What the AWS SDK's error, or that of the network beneath it, says; nothing that was sent, and no text of AWS's own. */
export interface AwsFault {
  readonly kind: AwsFaultKind;
  /** AWS's name for it, or Node's for a fault of the network: `"QueueDoesNotExist"`, `"ECONNRESET"`. */
  readonly fault: string;
  /** The answer's, where there was one. */
  readonly status: number | undefined;
  /** Under which AWS logged the request, where there was an answer. */
  readonly requestId: string | undefined;
  /** Whether the same request may succeed later. */
  readonly retryable: boolean;
}

/** What the AWS SDK's errors have in common; any of it may be missing. */
interface SdkError {
  readonly name?: unknown;
  readonly code?: unknown;
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

/** Reads what was thrown by a client of the AWS SDK, whatever that was. */
export function readAwsFault(thrown: unknown): AwsFault {
  const { name, code, $metadata, $retryable } = (thrown ?? {}) as SdkError;
  const fault = faultOf(name, code);
  const status = $metadata?.httpStatusCode;
  const kind = kindOf(fault, status);
  const retryable = isRetryable(kind, status, $retryable !== undefined);
  return { kind, fault, status, requestId: $metadata?.requestId, retryable };
}

/** Node names every fault of the network `Error`, and says in its code which one it is. */
function faultOf(name: unknown, code: unknown): string {
  if (typeof name === "string" && name !== "Error") return name;
  return typeof code === "string" ? code : "Error";
}

function kindOf(fault: string, status: number | undefined): AwsFaultKind {
  if (throttling.test(fault) || status === 429) return "throttled";
  if (denied.test(fault) || status === 401 || status === 403) return "access-denied";
  if (status === undefined && network.test(fault)) return "connection";
  if (missing.test(fault) || status === 404) return "not-found";
  if (status !== undefined && status < 500) return "refused";
  return "connection";
}

function isRetryable(kind: AwsFaultKind, status: number | undefined, saidSo: boolean): boolean {
  if (kind === "throttled" || saidSo) return true;
  // Without a status nothing was answered: the network failed, or the time was over.
  return kind === "connection" || (status !== undefined && status >= 500);
}
