import { WirekitError, type WirekitErrorOptions } from "@wirekit/core";
import { type AwsFault, type AwsFaultKind, type EntryErrorFactory, readAwsFault } from "@wirekit/core/sqs";

/** Why SQS did not do what it was asked. */
export type SqsErrorCode = `message-bus/sqs-${AwsFaultKind}`;

/**
 * SQS could not be reached, or refused: `code` says which, `retryable` whether the same call may succeed later. Retries have been made
 * by then. It holds names and numbers only; AWS's own texts may quote what was sent, or how it was signed.
 */
export class SqsError extends WirekitError<SqsErrorCode> {
  static override readonly mark: string = "@wirekit/message-bus/SqsError";

  constructor(message: string, options: WirekitErrorOptions<SqsErrorCode>) {
    super(message, options);
  }

  /** The queue that was meant, by its name. */
  get queue(): string {
    return String(this.details.queue);
  }

  /** Under which AWS logged the request, where there was an answer. */
  get requestId(): string | undefined {
    return this.details.requestId as string | undefined;
  }
}

/**
 * What was thrown by a call to SQS, under the name that programs match on.
 *
 * @param what what was being done, as the subject of a sentence: `"Sending"`.
 * @param queue the queue's name or URL.
 */
export function toSqsError(what: string, thrown: unknown, queue: string): WirekitError {
  // What was made here, or by a provider of credentials, says already what it is.
  if (thrown instanceof WirekitError) return thrown;
  const fault = readAwsFault(thrown);
  const { status } = fault;
  // An answer's text is AWS's own; without an answer the cause is Node's, and needed to see what is wrong with the network.
  const cause = status === undefined ? thrown : undefined;
  return sqsError(what, fault, { queue: queueNameOf(queue), status, cause });
}

/** Makes the errors of messages that SQS took out of a batch and refused. */
export function refusedEntry(what: string, queue: string): EntryErrorFactory {
  return ({ Code, SenderFault }) => {
    // An entry has no status of its own; the one that a request with the same fault would have got decides in the same way.
    const fault = readAwsFault({ name: Code, $metadata: { httpStatusCode: SenderFault ? 400 : 500 } });
    return sqsError(what, { ...fault, retryable: !SenderFault }, { queue });
  };
}

function sqsError(
  what: string,
  { kind, fault, requestId, retryable }: AwsFault,
  facts: { readonly queue: string; readonly status?: number | undefined; readonly cause?: unknown },
): SqsError {
  const { queue, status, cause } = facts;
  const shown = status === undefined ? fault : `${fault}, HTTP ${status}`;
  return new SqsError(`${what} failed for the queue ${JSON.stringify(queue)}: ${shown}${hints[kind] ?? ""}`, {
    code: `message-bus/sqs-${kind}`,
    retryable,
    details: { queue, fault, status, requestId },
    cause,
  });
}

/** The likely mistake, where there is one. */
const hints: Partial<Record<AwsFaultKind, string>> = {
  "access-denied": ". Check credentials, region and the queue's policy",
  "not-found": ". There is no such queue: check its name, region and account",
};

function queueNameOf(urlOrName: string): string {
  return urlOrName.slice(urlOrName.lastIndexOf("/") + 1);
}
