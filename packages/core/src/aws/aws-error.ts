import { ConnectionError } from "../errors/connection-error.ts";
import { RejectedError } from "../errors/rejected-error.ts";
import { TimeoutError } from "../errors/timeout-error.ts";
import { type ErrorDetails, WirekitError } from "../errors/wirekit-error.ts";
import { redactError } from "../redaction/redact-error.ts";
import type { AwsFailureKind } from "./failure-table.ts";
import {
  type AwsFailure,
  type AwsRequestState,
  type EntryFault,
  readAwsFailure,
  readEntryFailure,
} from "./read-failure.ts";
import { withoutKeys } from "./without-keys.ts";

/** `aws/` and the kind of the failure. */
export type AwsErrorCode = `aws/${AwsFailureKind}`;

/** What an {@link AwsError} says besides its message. */
export interface AwsErrorOptions extends Partial<Omit<AwsFailure, "kind" | "retryable">> {
  readonly kind: AwsFailureKind;
  readonly details?: ErrorDetails | undefined;
  readonly cause?: unknown;
}

/**
 * AWS could not be reached, or refused. `code` says which kind of failure it is, `retryable` whether the same
 * call may succeed later, and `request` whether the request went out.
 *
 * If AWS answered, the error is a {@link RejectedError} as well. It holds names and numbers only: AWS's own
 * texts may quote what was sent, or how it was signed.
 */
export class AwsError extends WirekitError<AwsErrorCode> {
  static override readonly mark: string = "@wirekit/core/AwsError";

  readonly request: AwsRequestState;
  /**
   * Whether it is certain that no later try can succeed, until someone gives a right or makes a resource.
   * What is neither `retryable` nor final (a key that is not known, a signature) may be set right meanwhile:
   * consumers wait for it.
   */
  readonly isFinal: boolean;
  /** Whether a single entry of a batch can cause it for the whole batch. */
  readonly byOneEntry: boolean;

  constructor(message: string, options: AwsErrorOptions) {
    const {
      kind,
      request = "unsent",
      fault,
      status,
      requestId,
      isFinal = false,
      byOneEntry = false,
      details,
      cause,
    } = options;
    super(message, {
      code: `aws/${kind}`,
      retryable: kind === "transient" || kind === "throttled",
      details: { ...details, fault, status, requestId, request },
      cause,
    });
    this.request = request;
    this.isFinal = isFinal;
    this.byOneEntry = byOneEntry;
  }

  get kind(): AwsFailureKind {
    return this.code.slice("aws/".length) as AwsFailureKind;
  }

  /** AWS's name for the fault, or Node's: `"QueueDoesNotExist"`, `"ECONNREFUSED"`. */
  get fault(): string | undefined {
    return this.details.fault as string | undefined;
  }

  /** The id under which AWS logged the request, if there was an answer. */
  get requestId(): string | undefined {
    return this.details.requestId as string | undefined;
  }
}

/** AWS answered, and refused. What was sent has not been delivered. */
export class AwsRejectedError extends AwsError {
  static override readonly mark: string = "@wirekit/core/AwsRejectedError";
  static override readonly alsoMarks: readonly string[] = [RejectedError.mark];
}

/** What is known about a failure besides what was thrown. */
export interface AwsErrorContext {
  /** The queue, topic, function or key that was meant: its name, never its contents. */
  readonly details?: ErrorDetails | undefined;
  /**
   * If the caller knows better. `"unsent"` goes with a step before a send (a look-up, a data key): whatever
   * AWS answers to it, what was to be sent never left.
   */
  readonly request?: AwsRequestState | undefined;
}

/**
 * Makes an {@link AwsError} of what a client of the AWS SDK threw, or of what the network beneath it did.
 * Other errors of ours are returned as they are.
 *
 * @param what what was being done, as the subject of a sentence: `'Sending to the queue "orders"'`.
 */
export function toAwsError(what: string, thrown: unknown, context: AwsErrorContext = {}): WirekitError {
  if (thrown instanceof WirekitError && !isTransport(thrown)) return thrown;
  const read = readAwsFailure(thrown);
  const failure = context.request === undefined ? read : { ...read, request: context.request };
  // Our own text, which is safe to show.
  const shown = thrown instanceof ConnectionError ? thrown.message : undefined;
  return makeError(what, failure, { details: context.details, shown, cause: causeOf(thrown, read) });
}

/** Makes the error of an entry that AWS took out of a batch and refused. */
export function toEntryError(what: string, fault: EntryFault, context: AwsErrorContext = {}): AwsError {
  const { SenderFault: senderFault } = fault;
  return makeError(what, readEntryFailure(fault), { details: { ...context.details, senderFault } });
}

/** The error of an entry that AWS's answer does not mention: nothing says what became of it. */
export function unmentionedEntryError(what: string, context: AwsErrorContext = {}): AwsError {
  const failure = {
    ...readEntryFailure({ Code: "NotMentioned", SenderFault: false }),
    request: "unknown",
  } as const;
  return makeError(what, failure, context);
}

function makeError(
  what: string,
  failure: AwsFailure,
  options: {
    readonly details?: ErrorDetails | undefined;
    /** In place of the fault's name. */
    readonly shown?: string | undefined;
    readonly cause?: unknown;
  },
): AwsError {
  const { kind, fault, status, request } = failure;
  const shown = options.shown ?? (status === undefined ? fault : `${fault}, HTTP ${status}`);
  const message = `${what} failed: ${shown}${hints[kind] ?? ""}`;
  return new (request === "answered" ? AwsRejectedError : AwsError)(message, {
    ...failure,
    details: options.details,
    cause: options.cause,
  });
}

/** The likely mistake, if there is one. */
const hints: Partial<Record<AwsFailureKind, string>> = {
  denied: ". Check credentials, region and the policy of the queue, topic, role or key",
  gone: ". Check its name, region and account",
};

/**
 * An answer's text is AWS's own. Without an answer the cause is Node's, and needed to see what is wrong with
 * the network, or that of a source of credentials, which may quote what it has read.
 */
function causeOf(thrown: unknown, { status, fault }: AwsFailure): unknown {
  if (thrown instanceof WirekitError) return thrown;
  if (status === undefined) return redactError(thrown, { clean: withoutKeys });
  // Of these it is known what they say: who is not authorized to do what.
  return /^(?:AccessDenied|AuthorizationError)(?:Exception)?$/.test(fault) ? thrown : undefined;
}

function isTransport(error: WirekitError): boolean {
  return error instanceof ConnectionError || error instanceof TimeoutError;
}
