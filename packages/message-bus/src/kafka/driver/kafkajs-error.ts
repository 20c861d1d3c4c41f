import { ConnectionError, redactText, WirekitError } from "@wirekit/core";
import { messageOf } from "@wirekit/core/kit";
import { KafkaRefusedError, LoginRefusedError, TopicMissingError } from "../kafka-errors.ts";
import type { SaslLogin } from "../kafka-options.ts";

/** What was being done, for the words of an error. */
export interface FaultContext {
  /** As the subject of a sentence: `"Sending"`. */
  readonly what: string;
  readonly topic?: string | undefined;
  readonly sasl?: SaslLogin | undefined;
}

/** An error of kafkajs as one of ours. The broker's own words on a login are left out: they may quote it. */
export function wirekitErrorOf(thrown: unknown, context: FaultContext): WirekitError {
  if (thrown instanceof WirekitError) return thrown;
  const fault = innermost(thrown);
  return loginError(fault, context) ?? protocolError(fault, context) ?? connectionError(fault, context);
}

/** The protocol's name for what the broker answered; `undefined` when it is no answer of the broker's. */
export function protocolErrorType(thrown: unknown): string | undefined {
  const { name, type } = innermost(thrown);
  // The class has subclasses with names of their own; all of them carry the type.
  return name.startsWith("KafkaJS") && typeof type === "string" ? type : undefined;
}

interface Fault {
  readonly name: string;
  readonly message: string;
  readonly code: unknown;
  readonly type: unknown;
  readonly retriable: unknown;
  readonly thrown: unknown;
}

/** kafkajs wraps what ended a retry, once or twice. */
function innermost(thrown: unknown): Fault {
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

function loginError(fault: Fault, { sasl }: FaultContext): WirekitError | undefined {
  if (sasl === undefined) return undefined;
  if (fault.type === "UNSUPPORTED_SASL_MECHANISM" || /mechanism is not supported/.test(fault.message)) {
    return new LoginRefusedError(sasl.mechanism, { reason: "not-offered" });
  }
  const isLogin =
    fault.name === "KafkaJSSASLAuthenticationError" || fault.type === "SASL_AUTHENTICATION_FAILED";
  if (!isLogin) return undefined;
  if (!connectionWords.test(fault.message))
    return new LoginRefusedError(sasl.mechanism, { reason: "refused" });
  return new ConnectionError(`The connection ended while the login by ${sasl.mechanism} was under way`);
}

function protocolError(fault: Fault, { what, topic }: FaultContext): WirekitError | undefined {
  if (typeof fault.type !== "string") return undefined;
  if (fault.type === "UNKNOWN_TOPIC_OR_PARTITION" && topic !== undefined) {
    return new TopicMissingError(topic, { cause: fault.thrown });
  }
  return new KafkaRefusedError(topic === undefined ? what : `${what} (topic ${JSON.stringify(topic)})`, {
    kafkaError: fault.type,
    retryable: fault.retriable === true,
    cause: fault.thrown,
  });
}

/** Everything else is a connection that could not be had or kept; a bug of the client's passes when it connects anew. */
function connectionError(fault: Fault, { what, sasl }: FaultContext): WirekitError {
  const message = redactText(fault.message, { secrets: [sasl?.password, sasl?.userName] });
  return new ConnectionError(`${what}: ${message}`, {
    retryable: !isCertificateFault(fault),
    cause: fault.thrown,
    details: typeof fault.code === "string" ? { code: fault.code } : {},
  });
}

function isCertificateFault({ code, message }: Fault): boolean {
  const codes = /CERT|ERR_TLS|UNABLE_TO_VERIFY|UNABLE_TO_GET_ISSUER|WRONG_VERSION_NUMBER|ERR_SSL/;
  return (typeof code === "string" && codes.test(code)) || /certificate/i.test(message);
}
