import type { Faults } from "../faults/fault.ts";
import { callable, flag, httpStatus, oneOf, optional, text } from "../faults/rules.ts";
import { errorRules, type OnMember, type Vocabulary } from "../faults/vocabulary.ts";
import type { HttpErrorFault } from "../http/faulty-service.ts";
import { type HttpFault, httpFaults } from "../http/http-fault.ts";
import { type AwsAction, awsActions } from "./actions.ts";
import type { ApiRequest, BatchEntry } from "./api-request.ts";
import type { EntryFailure } from "./partial-failure.ts";

/** What can go wrong with a request to SNS or SQS. */
export type AwsFault =
  | HttpFault
  /** Answered with this error, in the form of the service; status 400 unless it says another. */
  | HttpErrorFault
  /** These entries of a batch fail, without reaching the service; the others are carried out. */
  | ({ readonly kind: "fail-entries"; readonly which: (entry: BatchEntry) => boolean } & EntryFailure)
  /** What a receive returns, it returns twice. */
  | { readonly kind: "duplicate" }
  /** What a receive returns, it returns in the opposite order. */
  | { readonly kind: "reverse" };

/** What goes wrong next with SNS and SQS. */
export type AwsFaults = Faults<AwsFault, AwsOn, ApiRequest>;

/** Which requests to SNS or SQS: a bare text stands for the action. */
export type AwsOn = AwsAction | AwsOnMembers;

export interface AwsOnMembers {
  /** `ReceiveMessage`, `PublishBatch`, ... */
  readonly action?: AwsAction | undefined;
  readonly service?: ApiRequest["service"] | undefined;
  /** The name of the queue that it is about; SQS only. */
  readonly queue?: string | undefined;
  /** The name of the topic that it is about; SNS only. */
  readonly topic?: string | undefined;
}

const on = {
  action: {
    rule: oneOf(awsActions),
    known: "by-body",
    matches: ({ action }, value) => action === value,
  },
  service: {
    rule: oneOf(["sns", "sqs"]),
    known: "by-head",
    matches: ({ service }, value) => service === value,
  },
  queue: {
    rule: text,
    known: "by-body",
    matches: ({ queueUrl }, value) => queueUrl !== undefined && afterLast(queueUrl, "/") === value,
  },
  topic: {
    rule: text,
    known: "by-body",
    matches: ({ topicArn }, value) => topicArn !== undefined && afterLast(topicArn, ":") === value,
  },
} satisfies Record<string, OnMember<ApiRequest>>;

function afterLast(whole: string, separator: string): string {
  return whole.slice(whole.lastIndexOf(separator) + 1);
}

/** The words that SNS and SQS know. */
export const awsVocabulary: Vocabulary<AwsFault["kind"], AwsOn, ApiRequest> = {
  faults: {
    ...httpFaults,
    error: { ...errorRules(text), status: optional(httpStatus) },
    "fail-entries": { which: callable, code: text, senderFault: flag },
    duplicate: {},
    reverse: {},
  },
  on,
  shortFor: "action",
};
