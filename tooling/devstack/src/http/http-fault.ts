import type { CommonFault } from "../faults/fault.ts";
import {
  aboveZero,
  anything,
  callable,
  count,
  duration,
  finite,
  httpStatus,
  object,
  oneOf,
  optional,
  type Rule,
  text,
} from "../faults/rules.ts";
import { commonFaults, type OnMember, type Vocabulary } from "../faults/vocabulary.ts";
import type { Answer, AnswerBody } from "./answer.ts";
import type { RequestHead } from "./received-request.ts";

/** What can go wrong with a request over HTTP. */
export type HttpFault =
  | CommonFault
  /** Answered in place of the service, which does not act on the request. */
  | {
      readonly kind: "answer";
      readonly status: number;
      readonly headers?: Readonly<Record<string, string>> | undefined;
      readonly body?: AnswerBody | undefined;
    }
  /** The service acts on the request, and its answer is changed on the way back. */
  | { readonly kind: "rewrite"; readonly edit: (answer: Answer) => Answer }
  /** The server's clock is off by so much, forward when positive: for what it checks and for its `Date`. */
  | { readonly kind: "clock"; readonly skewMs: number }
  | BodyFault;

/** The body of an answer arrives in an unpleasant manner. */
export type BodyFault =
  /** So many bytes (default half) of the length that was announced, and the connection is closed. */
  | { readonly kind: "truncate"; readonly afterBytes?: number | undefined }
  /** So many bytes (default half), and nothing more until it is released. */
  | { readonly kind: "stall"; readonly afterBytes?: number | undefined }
  /** In pieces, with a pause before each. */
  | { readonly kind: "slow"; readonly chunkBytes: number; readonly intervalMs: number }
  /** The beginning of a JSON text that never ends, as fast as the client takes it. */
  | { readonly kind: "endless" };

/** Which requests over HTTP: a bare text stands for the path. */
export type HttpOn = string | HttpOnMembers;

export interface HttpOnMembers {
  /** As it was sent, without the query. */
  readonly path?: string | undefined;
  readonly method?: string | undefined;
}

/** What a predicate sees. The body is there unless the fault strikes before the request is read. */
export type MatchedRequest = RequestHead & { readonly body?: Buffer | undefined };

/** The rules of {@link HttpFault}. */
export const httpFaults = {
  ...commonFaults,
  answer: { status: httpStatus, headers: optional(object), body: optional(anything) },
  rewrite: { edit: callable },
  clock: { skewMs: finite },
  truncate: { afterBytes: optional(count) },
  stall: { afterBytes: optional(count) },
  slow: { chunkBytes: aboveZero, intervalMs: duration },
  endless: {},
};

const path: Rule = {
  must: 'a path that begins with "/", without a query',
  presence: "required",
  holds: (value) => text.holds(value) && /^\/[^?#]*$/.test(String(value)),
};
const methods = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];

/** The rules of {@link HttpOnMembers}. */
export const httpOn = {
  path: {
    rule: path,
    known: "by-head",
    matches: ({ target }, value) => target.split("?", 1)[0] === value,
  },
  method: { rule: oneOf(methods), known: "by-head", matches: ({ method }, value) => method === value },
} satisfies Record<string, OnMember<RequestHead>>;

/** The words that a plain server of HTTP knows. */
export const httpVocabulary: Vocabulary<HttpFault["kind"], HttpOn, MatchedRequest> = {
  faults: httpFaults,
  on: httpOn,
  shortFor: "path",
};
