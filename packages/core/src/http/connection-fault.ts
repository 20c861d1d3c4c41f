import { ConnectionError } from "../errors/connection-error.ts";
import { messageOf, WirekitError } from "../errors/wirekit-error.ts";
import { redactText } from "../redaction/redact-text.ts";
import { invalidRequest } from "./invalid-request.ts";
import type { PreparedRequest } from "./prepare-request.ts";

/** The circumstances of a failed connection. */
export interface FaultContext {
  readonly request: PreparedRequest;
  /** Whether the server may have seen any of the request. */
  readonly isSent: boolean;
}

/**
 * The error for whatever a socket, TLS or the library beneath has to say. It names the origin, and nothing of
 * the request: a query may hold a secret.
 */
export function connectionFault(thrown: unknown, { request, isSent }: FaultContext): WirekitError {
  if (thrown instanceof WirekitError) return thrown;
  const { origin } = request;
  const root = rootCause(thrown);
  const code = codeOf(root);
  if (code === "UND_ERR_INVALID_ARG" || code === "UND_ERR_NOT_SUPPORTED") {
    return invalidRequest("headers", "cannot be sent as they stand");
  }
  const suffix = code === undefined ? "" : ` (${code})`;
  const message = isSent
    ? `The connection to ${origin} broke before the response was complete${suffix}`
    : `Could not connect to ${origin}${suffix}`;
  return new ConnectionError(message, {
    retryable: code === undefined || !permanent.test(code),
    details: { origin, sent: isSent, ...(code === undefined ? {} : { code }) },
    cause: plainCopy(root, request),
  });
}

/**
 * Whether the fault itself says that there was never a connection, so that nothing can have been sent: the
 * name was not found, nothing listens there, TLS did not come up, or the certificate is not trusted.
 */
export function isConnectFailure(thrown: unknown): boolean {
  const root = rootCause(thrown);
  if (noConnection.test(codeOf(root) ?? "")) return true;
  if (typeof root !== "object" || root === null) return false;
  // Node has one code, ECONNRESET, for a connection that breaks at any time; only the rest of the error says
  // when.
  const isWhileConnecting = "syscall" in root && root.syscall === "connect";
  return isWhileConnecting || /before secure TLS connection was established/.test(messageOf(root));
}

const noConnection =
  /^(ECONNREFUSED|ENOTFOUND|EAI_|EADDRNOTAVAIL|UND_ERR_CONNECT_TIMEOUT|ERR_TLS_CERT|CERT_|DEPTH_ZERO_SELF_SIGNED_CERT|SELF_SIGNED_CERT|UNABLE_TO_|ERR_SSL_WRONG_VERSION_NUMBER|ERR_SSL_UNSUPPORTED_PROTOCOL|ERR_SSL_\w*ALERT_(HANDSHAKE_FAILURE|PROTOCOL_VERSION|INSUFFICIENT_SECURITY|UNRECOGNIZED_NAME))/;

/**
 * Asking again changes nothing: the certificate is not trusted, or what answers does not speak HTTP or TLS.
 * A response that was cut off in the middle is not of this kind.
 */
const permanent =
  /^(ERR_TLS_CERT|CERT_|DEPTH_ZERO_SELF_SIGNED_CERT|SELF_SIGNED_CERT|UNABLE_TO_|ERR_SSL_|ERR_OSSL_|EPROTO|HPE_(?!INVALID_EOF_STATE)|UND_ERR_HEADERS_OVERFLOW)/;

/**
 * `fetch` wraps what happened in an error of its own, and an error for several addresses holds one for each.
 */
function rootCause(thrown: unknown): unknown {
  let root = thrown;
  for (let depth = 0; depth < 8 && codeOf(root) === undefined; depth += 1) {
    const inner = innerOf(root);
    if (inner === undefined) return root;
    root = inner;
  }
  return root;
}

function innerOf(error: unknown): unknown {
  if (typeof error !== "object" || error === null) return undefined;
  if ("cause" in error && error.cause !== undefined) return error.cause;
  return "errors" in error && Array.isArray(error.errors) ? error.errors[0] : undefined;
}

function codeOf(error: unknown): string | undefined {
  if (typeof error !== "object" || error === null || !("code" in error)) return undefined;
  if (typeof error.code === "string") return error.code;
  return isParserError(error) ? parserCode(error) : undefined;
}

/**
 * The library means to give these a code, `HPE_` and the parser's word, but in some releases it is missing.
 */
function isParserError(error: object): error is Error {
  return "name" in error && error.name === "HTTPParserError" && "message" in error;
}

function parserCode(error: Error): string {
  return /\bEOF\b/.test(error.message) ? "HPE_INVALID_EOF_STATE" : "HPE_INVALID_RESPONSE";
}

/** The library's own error is not handed on: it can hold sockets, raw bytes of the response, and the URL. */
function plainCopy(error: unknown, { url, target }: PreparedRequest): Error {
  const query = target.slice(target.indexOf("?") + 1);
  const copy = new Error(redactText(messageOf(error), { secrets: [url, target, query] }));
  return Object.assign(copy, { code: codeOf(error) });
}
