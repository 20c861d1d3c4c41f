import type { Broker } from "../broker.ts";
import type { Login } from "../connections/sasl.ts";
import type { ErrorName } from "../errors.ts";
import type { ApiName, RequestOf, ResponseOf } from "../protocol/layouts.ts";

/** Where a request came in, and from whom. */
export interface RequestContext {
  readonly broker: Broker;
  readonly nodeId: number;
  readonly version: number;
  readonly clientId: string;
  readonly login: Login;
  /** Aborted when the client is gone. */
  readonly closed: AbortSignal;
}

/** What comes of a request: an answer, an answer that is the connection's last, none, or the end at once. */
export type Outcome<Response> =
  | { readonly kind: "answer" | "last-answer"; readonly body: Response }
  | { readonly kind: "no-answer" }
  | { readonly kind: "close" };

/** How the broker answers the requests of one API. */
export interface Api<Name extends ApiName> {
  /** A KafkaError thrown here is answered by what `fail` makes of it. */
  handle(
    request: RequestOf<Name>,
    context: RequestContext,
  ): Outcome<ResponseOf<Name>> | Promise<Outcome<ResponseOf<Name>>>;
  /** The answer that has this error code wherever there is room for one. */
  fail(request: RequestOf<Name>, error: ErrorName, context: RequestContext): Outcome<ResponseOf<Name>>;
}

export function answer<Response>(body: Response): Outcome<Response> {
  return { kind: "answer", body };
}
