import { faultOf, pass } from "../faults/hold.ts";
import type { Strike } from "../faults/plan.ts";
import type { Api, Outcome, RequestContext } from "./apis/api.ts";
import { apis } from "./apis/index.ts";
import type { Answer } from "./connections/connection.ts";
import { type ErrorName, KafkaError } from "./errors.ts";
import type { KafkaFault, KafkaFaultScript, KafkaRequest } from "./faults.ts";
import { writeResponse } from "./protocol/frame.ts";
import type { ApiName, RequestOf, ResponseOf } from "./protocol/layouts.ts";

/** A request of which the header was read. */
export interface UnreadRequest<Name extends ApiName = ApiName> {
  readonly api: Name;
  readonly correlationId: number;
  readonly context: RequestContext;
  /** Reads the rest of it. */
  read(): RequestOf<Name>;
}

const nothingWrong: Strike<KafkaFault> = {
  faults: [],
  released: new AbortController().signal,
  end: () => {},
};

/** Takes a request through its life: read, applied, answered; and lets the script strike it on the way. */
export async function serveRequest(request: UnreadRequest, script: KafkaFaultScript): Promise<Answer> {
  const { version, clientId, nodeId } = request.context;
  const head = { api: request.api, version, clientId, nodeId } as KafkaRequest;
  let strike = script.claimByHead(head);
  const claim = (body: RequestOf<ApiName>) => {
    strike ??= script.claim({ ...head, body } as KafkaRequest);
    return strike ?? nothingWrong;
  };
  try {
    const answer = await answerStruck(request, strike ?? nothingWrong, claim);
    return { ...answer, ended: () => strike?.end() };
  } catch (error) {
    strike?.end();
    throw error;
  }
}

async function answerStruck(
  { api: name, correlationId, context, read }: UnreadRequest,
  byHead: Strike<KafkaFault>,
  claim: (body: RequestOf<ApiName>) => Strike<KafkaFault>,
): Promise<Answer> {
  const { broker, version, closed: gone } = context;
  const waiting = { gone, setTimer: broker.clock.setTimer.bind(broker.clock) };
  const passedRead = await pass("read", byHead, waiting);
  if (passedRead !== "go-on") return ended(passedRead);

  const request = read();
  const strike = claim(request);
  const passedApply = await pass("apply", strike, waiting);
  // A client that left while its request was waiting for its turn has left with it.
  if (passedApply !== "go-on" || gone.aborted) return ended(passedApply);

  const outcome = await outcomeOf(apis[name] as Api<ApiName>, request, context, faultOf(strike, "error"));
  const passedAnswer = await pass("answer", strike, waiting);
  if (passedAnswer !== "go-on") return ended(passedAnswer);

  if (outcome.kind === "close") return { next: "close" };
  if (outcome.kind === "no-answer") return { next: "go-on" };
  const next = outcome.kind === "answer" ? "go-on" : "close";
  if (faultOf(strike, "no-answer")) return { next };
  const bytes = writeResponse(name, version, correlationId, outcome.body);
  const truncate = faultOf(strike, "truncate");
  if (truncate === undefined) return { bytes, next };
  return { bytes: bytes.subarray(0, truncate.afterBytes ?? bytes.length >> 1), next: "close" };
}

function ended(passage: "go-on" | "gone" | "close" | "reset"): Answer {
  return { next: passage === "reset" ? "reset" : "close" };
}

async function outcomeOf(
  api: Api<ApiName>,
  request: RequestOf<ApiName>,
  context: RequestContext,
  error: (KafkaFault & { readonly kind: "error" }) | undefined,
): Promise<Outcome<ResponseOf<ApiName>>> {
  if (error === undefined) return handled(api, request, context);
  if (error.before === "answer") await handled(api, request, context);
  return api.fail(request, error.code, context);
}

async function handled(
  api: Api<ApiName>,
  request: RequestOf<ApiName>,
  context: RequestContext,
): Promise<Outcome<ResponseOf<ApiName>>> {
  try {
    return await api.handle(request, context);
  } catch (error) {
    return api.fail(request, errorToTell(error, context), context);
  }
}

function errorToTell(error: unknown, { broker }: RequestContext): ErrorName {
  if (error instanceof KafkaError) return error.error;
  broker.settings.onInternalError(error);
  return "UNKNOWN_SERVER_ERROR";
}
