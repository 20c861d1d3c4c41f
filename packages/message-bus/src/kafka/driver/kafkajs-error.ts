import { ConnectionError, redactText, WirekitError } from "@wirekit/core";
import { messageOf, redactError } from "@wirekit/core/kit";
import {
  CodecMissingError,
  KafkaRefusedError,
  LoginRefusedError,
  TopicMissingError,
} from "../kafka-errors.ts";
import type { SaslLogin, SecurityProtocol } from "../kafka-options.ts";
import { mayPassLater } from "./broker-errors.ts";

/** What was being done, for the words of an error. */
export interface ErrorContext {
  /** As the subject of a sentence: `"Sending"`. */
  readonly what: string;
  readonly topic?: string | undefined;
  readonly sasl?: SaslLogin | undefined;
  readonly securityProtocol?: SecurityProtocol | undefined;
}

/** An error of kafkajs as one of ours. The broker's own words on a login are left out: they may quote it. */
export function wirekitErrorOf(thrown: unknown, context: ErrorContext): WirekitError {
  if (thrown instanceof WirekitError) return thrown;
  const error = innermost(thrown);
  return (
    loginError(error, context) ??
    protocolError(error, context) ??
    codecError(error, context) ??
    connectionError(error, context)
  );
}

/** The protocol's name for what the broker answered; `undefined` when it is no answer of the broker's. */
export function protocolErrorType(thrown: unknown): string | undefined {
  const { name, type } = innermost(thrown);
  // The class has subclasses with names of their own; all of them carry the type.
  return name.startsWith("KafkaJS") && typeof type === "string" ? type : undefined;
}

interface KafkajsError {
  readonly name: string;
  readonly message: string;
  readonly code: unknown;
  readonly type: unknown;
  readonly retriable: unknown;
  readonly thrown: unknown;
}

/** kafkajs wraps what ended a retry, once or twice. */
function innermost(thrown: unknown): KafkajsError {
  let current = thrown;
  for (let depth = 0; depth < 5; depth += 1) {
    const { cause, name } = fieldsOf(current);
    const isWrapper = name === "KafkaJSNumberOfRetriesExceeded" || name === "KafkaJSNonRetriableError";
    if (!isWrapper || typeof cause !== "object" || cause === null) break;
    current = cause;
  }
  const { name, code, type, retriable } = fieldsOf(current);
  return {
    name: String(name ?? "Error"),
    message: messageOf(current),
    code,
    type,
    retriable,
    thrown: current,
  };
}

function fieldsOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null ? (value as Readonly<Record<string, unknown>>) : {};
}

/** kafkajs calls everything that goes wrong while it logs in an error of the login, lost connections too. */
const connectionWords =
  /closed connection|connection closed|connection error|timed? ?out|not connected|ECONN|EPIPE|EHOST|is closed/i;

function loginError(error: KafkajsError, { sasl, securityProtocol }: ErrorContext): WirekitError | undefined {
  if (sasl === undefined) return undefined;
  // What a port without a login answers to a handshake.
  if (error.type === "ILLEGAL_SASL_STATE")
    return new LoginRefusedError(sasl.mechanism, { reason: "not-expected" });
  if (error.type === "UNSUPPORTED_SASL_MECHANISM" || /mechanism is not supported/.test(error.message)) {
    return new LoginRefusedError(sasl.mechanism, { reason: "not-offered" });
  }
  const isLogin =
    error.name === "KafkaJSSASLAuthenticationError" || error.type === "SASL_AUTHENTICATION_FAILED";
  if (!isLogin) return undefined;
  if (!connectionWords.test(error.message))
    return new LoginRefusedError(sasl.mechanism, { reason: "refused" });
  const advice = adviceOn(error, securityProtocol);
  return new ConnectionError(
    `The connection ended while the login by ${sasl.mechanism} was under way${advice}`,
  );
}

function protocolError(error: KafkajsError, { what, topic }: ErrorContext): WirekitError | undefined {
  if (typeof error.type !== "string") return undefined;
  if (error.type === "UNKNOWN_TOPIC_OR_PARTITION" && topic !== undefined) {
    return new TopicMissingError(topic, { cause: error.thrown });
  }
  return new KafkaRefusedError(topic === undefined ? what : `${what} (topic ${JSON.stringify(topic)})`, {
    kafkaError: error.type,
    retryable: mayPassLater(error.type, error.retriable === true),
    cause: error.thrown,
  });
}

/** The records are compressed in a way that kafkajs knows, and has no codec for. */
function codecError({ name, message, thrown }: KafkajsError, { what, topic }: ErrorContext) {
  const codec = /^(\w+) compression not implemented/.exec(message)?.[1];
  if (name !== "KafkaJSNotImplemented" || codec === undefined) return undefined;
  return new CodecMissingError(topic === undefined ? what : `${what} (topic ${JSON.stringify(topic)})`, {
    codec,
    cause: thrown,
  });
}

/**
 * Everything else is a connection that could not be had or kept; a bug of the client's passes when it
 * connects anew.
 */
function connectionError(error: KafkajsError, { what, sasl, securityProtocol }: ErrorContext): WirekitError {
  const secrets = [sasl?.password, sasl?.userName];
  const message = redactText(error.message, { secrets });
  return new ConnectionError(`${what}: ${message}${adviceOn(error, securityProtocol)}`, {
    retryable: !isCertificateError(error) && !unmendable.has(error.name),
    cause: redactError(error.thrown, { secrets }),
    details: typeof error.code === "string" ? { code: error.code } : {},
  });
}

/** What kafkajs says where another try says the same: it, or the broker, does not know how. */
const unmendable: ReadonlySet<string> = new Set([
  "KafkaJSNotImplemented",
  "KafkaJSServerDoesNotSupportApiKey",
  "KafkaJSUnsupportedMagicByteInMessageSet",
]);

/** What is likely wrong, and what a person can do about it. */
function adviceOn({ code, message }: KafkajsError, protocol: SecurityProtocol | undefined): string {
  const text = `${String(code)} ${message}`;
  if (/ENOTFOUND|EAI_AGAIN/.test(text)) return ". The host is unknown: check bootstrapServers";
  if (/ECONNREFUSED/.test(text)) return ". No broker listens there: check bootstrapServers";
  if (/certificate/i.test(text) || certificateCodes.test(String(code)))
    return ". If the certificate is signed by an authority of your own, set tls.ca";
  if (protocol === undefined) return "";
  const isSecured = protocol === "SSL" || protocol === "SASL_SSL";
  // A broker that hears TLS where it expects none may wait for the rest of what it takes for a request.
  const words = isSecured ? brokenOrSlow : broken;
  return words.test(text) ? `. ${protocolAdvice[protocol]}: it is ${protocol} now` : "";
}

const broken = /ECONNRESET|EPIPE|closed connection|EPROTO|ERR_SSL|secure TLS|WRONG_VERSION/i;
const brokenOrSlow = /ECONNRESET|EPIPE|closed connection|EPROTO|ERR_SSL|secure TLS|WRONG_VERSION|time/i;

const protocolAdvice: Readonly<Record<SecurityProtocol, string>> = {
  PLAINTEXT:
    "If the broker speaks TLS or asks for a login, set securityProtocol to SSL, SASL_PLAINTEXT or SASL_SSL",
  SASL_PLAINTEXT: "If the broker speaks TLS, set securityProtocol to SASL_SSL",
  SSL: "If the broker does not speak TLS, set securityProtocol to PLAINTEXT; if it asks for a login, to SASL_SSL",
  SASL_SSL:
    "If the broker does not speak TLS, set securityProtocol to SASL_PLAINTEXT or PLAINTEXT (the default is SASL_SSL)",
};

const certificateCodes = /CERT|ERR_TLS|UNABLE_TO_VERIFY|UNABLE_TO_GET_ISSUER/;

function isCertificateError({ code, message }: KafkajsError): boolean {
  const codes = /WRONG_VERSION_NUMBER|ERR_SSL/;
  const text = typeof code === "string" ? code : "";
  return certificateCodes.test(text) || codes.test(text) || /certificate/i.test(message);
}
