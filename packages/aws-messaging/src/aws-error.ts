import { ConnectionError, TimeoutError, WirekitError } from "@wirekit/core";
import { type AwsFaultKind, readAwsFault } from "@wirekit/core/sqs";
import { AWSConnectionError } from "./errors.ts";

/**
 * Gives an error of the AWS SDK, or of the network beneath it, the name that applications match on. The message is
 * built here from names and numbers: AWS's own texts may quote what was sent.
 *
 * @param what what was being done, as the subject of a sentence: `"Publishing to prod-user-events"`.
 */
export function toAwsError(what: string, thrown: unknown): WirekitError {
  if (thrown instanceof WirekitError && !isTransport(thrown)) return thrown;
  const { kind, fault, status, requestId, retryable } = readAwsFault(thrown);
  const shown = status === undefined ? fault : `${fault}, HTTP ${status}`;
  return new AWSConnectionError(`${what} failed: ${shown}${hints[kind] ?? ""}`, {
    code: `aws-messaging/${kind}`,
    retryable,
    details: { fault, status, requestId },
    cause: thrown,
  });
}

/** The likely mistake, where there is one. */
const hints: Partial<Record<AwsFaultKind, string>> = {
  "access-denied": ". Check credentials, region and the policy of the topic, queue or role",
  "not-found": ". Check its name, the environment, region and account; provision() creates what is missing",
};

function isTransport(error: WirekitError): boolean {
  return error instanceof ConnectionError || error instanceof TimeoutError;
}
