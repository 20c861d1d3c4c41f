import { type AwsFailureKind, lookUpFailure } from "./failure-table.ts";

/**
 * What is known of the request that failed:
 *
 * - `unsent`: it never left (no connection, no TLS, no credentials, or it could not be written);
 * - `answered`: AWS answered, and did not do it;
 * - `unknown`: it may have been carried out (the answer was lost, or says that AWS does not know).
 */
export type AwsRequestState = "unsent" | "answered" | "unknown";

/**
 * What an error of the AWS SDK, or of the network beneath it, says. It holds nothing that was sent and no
 * text of AWS's.
 */
export interface AwsFailure {
  readonly kind: AwsFailureKind;
  readonly request: AwsRequestState;
  /** AWS's name for it, or Node's for a fault of the network: `"QueueDoesNotExist"`, `"ECONNRESET"`. */
  readonly fault: string;
  /** The status of the answer, if there was one. */
  readonly status: number | undefined;
  /** The id under which AWS logged the request, if there was an answer. */
  readonly requestId: string | undefined;
  /** Whether the same request may succeed later. */
  readonly retryable: boolean;
  /** Whether no later try can succeed, until someone gives a right or makes a resource. */
  readonly isFinal: boolean;
  /** Whether a single entry of a batch can cause it for the whole batch. */
  readonly byOneEntry: boolean;
}

/** What errors of the AWS SDK and of Node have in common. Any of it may be missing. */
interface SdkError {
  readonly name?: unknown;
  readonly code?: unknown;
  readonly message?: unknown;
  readonly syscall?: unknown;
  readonly errors?: unknown;
  /** Of our own errors of the network. */
  readonly details?: { readonly sent?: unknown };
  readonly $response?: unknown;
  readonly $metadata?: {
    readonly httpStatusCode?: number;
    readonly requestId?: string;
    readonly clockSkewCorrected?: unknown;
  };
  readonly $retryable?: { readonly throttling?: boolean };
}

/** Reads what a client of the AWS SDK threw, whatever it is. */
export function readAwsFailure(thrown: unknown): AwsFailure {
  const error = unwrapped((typeof thrown === "object" && thrown !== null ? thrown : {}) as SdkError);
  const fault = faultOf(error);
  const { httpStatusCode: status, requestId } = error.$metadata ?? {};
  // A host that is not found (ENOTFOUND) is no queue that is not found.
  const known = status === undefined && nodesCode.test(fault) ? undefined : lookUpFailure(fault);
  const kind = kindOf(error, fault, status, known?.kind);
  return {
    kind,
    request: requestState(error, fault, status, kind),
    fault,
    status,
    requestId,
    retryable: kind === "transient" || kind === "throttled",
    isFinal: known?.isFinal === true && known.kind === kind,
    byOneEntry:
      kind === "sender" && (known?.byOneEntry ?? (status === undefined || status === 400 || status === 413)),
  };
}

const wrapper = /^AWS SDK error wrapper for (\w+): (?:(\w+) (E[A-Z_]+)\b)?/;

/**
 * The SDK wraps errors of another realm (a test runner's sandbox) in one of its own, which says in its
 * message what they were.
 */
function unwrapped(error: SdkError): SdkError {
  const [match, name, syscall, code] = wrapper.exec(String(error.message)) ?? [];
  if (match === undefined) return error;
  return { ...error, name, code: code ?? error.code, syscall, message: error.message };
}

/** Node's codes for faults of the network. */
const nodesCode = /^E[A-Z_]+$/;

/** What a failed entry of a batch says: AWS's name for the fault, and whether AWS blames the sender. */
export function readEntryFailure({ Code, SenderFault }: EntryFault): AwsFailure {
  const known = lookUpFailure(Code)?.kind;
  // AWS says that the same entry may succeed: that counts for more than its name.
  const kind = SenderFault ? (known ?? "sender") : known === "throttled" ? known : "transient";
  return {
    kind,
    request: "answered",
    fault: Code,
    status: undefined,
    requestId: undefined,
    retryable: kind === "transient" || kind === "throttled",
    isFinal: false,
    byOneEntry: false,
  };
}

/** Why one entry of a batch failed, as SNS and SQS say it. */
export interface EntryFault {
  readonly Code: string;
  readonly SenderFault: boolean;
}

/**
 * The SDK gives faults of the network the name `TimeoutError`, and Node `Error`: their codes say which one it
 * is.
 */
function faultOf({ name, code, $metadata, $response }: SdkError): string {
  const isNetwork = $metadata?.httpStatusCode === undefined && $response === undefined;
  if (isNetwork && typeof code === "string" && /^[A-Z][A-Z0-9_]+$/.test(code)) return code;
  if (typeof name === "string" && name !== "" && name !== "Error") return name;
  return typeof code === "string" && code !== "" ? code : "Error";
}

function kindOf(
  error: SdkError,
  fault: string,
  status: number | undefined,
  known: AwsFailureKind | undefined,
): AwsFailureKind {
  if (status === 429 || error.$retryable?.throttling === true) return "throttled";
  if (isClockSkew(error)) return "transient";
  if (known === "throttled" || known === "transient") return known;
  if (status === undefined) return known ?? (isFaultOfWriting(error, fault) ? "sender" : "transient");
  if (error.$retryable !== undefined || status >= 500 || status === 408 || status < 300) return "transient";
  if (known !== undefined) return known;
  if (status === 401 || status === 403) return "denied";
  return status === 404 ? "gone" : "sender";
}

/**
 * A clock that is wrong makes a signature that AWS refuses, under the names of a wrong key. Clocks are set
 * right.
 */
function isClockSkew({ message, $metadata }: SdkError): boolean {
  if ($metadata?.clockSkewCorrected !== undefined) return true;
  return (
    typeof message === "string" && /signature (?:has )?(?:expired|not yet current)|clock skew/i.test(message)
  );
}

/** The SDK throws the runtime's own errors while it writes a request that cannot be written. */
function isFaultOfWriting({ $response, message }: SdkError, fault: string): boolean {
  if ($response !== undefined) return false;
  if (fault === "TypeError") return !/fetch|network|load failed|connection/i.test(String(message));
  return fault === "URIError" || fault === "RangeError" || fault.startsWith("ERR_INVALID_");
}

function requestState(
  error: SdkError,
  fault: string,
  status: number | undefined,
  kind: AwsFailureKind,
): AwsRequestState {
  if (status !== undefined) {
    // A server that failed may have done its work before. One that is not available has not begun.
    const isSure =
      status >= 300 && status !== 408 && (status < 500 || status === 503 || kind === "throttled");
    return isSure ? "answered" : "unknown";
  }
  if (error.$response !== undefined) return "unknown";
  return kind === "sender" || neverLeft(error, fault) ? "unsent" : "unknown";
}

const withoutConnection = /^(?:ECONNREFUSED|ENOTFOUND|EAI_\w+|EACCES|EADDRNOTAVAIL|EINVAL)$/;
const withoutCredentials = /^(?:CredentialsProviderError|TokenProviderError|ProviderError)$/;
/** The peer's certificate is refused before anything is sent. */
const withoutTrust = /CERT|^UNABLE_TO_|^HOSTNAME_MISMATCH$|^ERR_TLS_/;
const handshake =
  /before secure TLS connection was established|wrong version number|handshake|did not establish a connection/i;

/** Whether it is certain that no byte of the request went out. */
function neverLeft({ syscall, message, errors, details }: SdkError, fault: string): boolean {
  if (details?.sent === false) return true;
  if (withoutConnection.test(fault) || withoutCredentials.test(fault) || withoutTrust.test(fault))
    return true;
  if (syscall === "connect" || syscall === "getaddrinfo") return true;
  if (typeof message === "string" && handshake.test(message)) return true;
  // Node tries each address of a host, and gives one error for all of them.
  return (
    Array.isArray(errors) &&
    errors.length > 0 &&
    errors.every((each: SdkError | undefined) => each?.syscall === "connect")
  );
}
