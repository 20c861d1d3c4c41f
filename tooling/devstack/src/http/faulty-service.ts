import type { IncomingMessage, ServerResponse } from "node:http";
import type { ErrorFault, Moment } from "../faults/fault.ts";
import type { FaultScript } from "../faults/fault-script.ts";
import { faultOf, pass } from "../faults/hold.ts";
import type { Strike } from "../faults/plan.ts";
import { type Answer, bodyBytes, jsonAnswer } from "./answer.ts";
import { type BodyDelivery, deliver } from "./answer-delivery.ts";
import type { HttpFault, MatchedRequest } from "./http-fault.ts";
import { type ReceivedRequest, type RequestHead, readBody } from "./received-request.ts";

/** An error fault of a service over HTTP: its status may be said, too. */
export interface HttpErrorFault extends ErrorFault {
  readonly status?: number | undefined;
}

/** What answers requests, apart from all that can go wrong on the way to it and back. */
export interface HttpService<Fault, Request, Observed> {
  /** What faults are planned for. */
  understand(request: MatchedRequest): Request;
  /** Sees every request that was read, also one that a fault answers in the service's place. */
  observe(request: ReceivedRequest, now: number, understood: Request): Observed;
  /** Acts on it, and answers. */
  apply(observed: Observed, circumstances: Circumstances<Fault>): Answer | Promise<Answer>;
  /** An error in the service's own form. A service without one knows no faults of the kind `error`. */
  refuse?(observed: Observed, fault: HttpErrorFault): Answer;
}

/** What a service has to know when it acts on a request. */
export interface Circumstances<Fault> {
  /** Those that strike the request: some may be the service's own. */
  readonly faults: readonly Fault[];
  /** Aborted when the client is gone. */
  readonly gone: AbortSignal;
}

export interface FaultyServiceOptions<Fault extends { readonly kind: string }, On, Request, Observed> {
  readonly service: HttpService<Fault, Request, Observed>;
  readonly script: FaultScript<Fault, On, Request>;
  /** The server's clock, in milliseconds since 1970. */
  readonly now: () => number;
  readonly maxBodyBytes: number;
}

/** A request, and the way to answer it. */
export interface Exchange {
  readonly head: RequestHead;
  readonly incoming: IncomingMessage;
  readonly response: ServerResponse;
}

const nothingWrong: Strike<never> = { faults: [], released: new AbortController().signal, end: () => {} };

/** Takes a request through its life: read, applied, answered; and lets the script strike it on the way. */
export async function serveFaulty<Fault extends { readonly kind: string }, On, Request, Observed>(
  exchange: Exchange,
  { service, script, now, maxBodyBytes }: FaultyServiceOptions<Fault, On, Request, Observed>,
): Promise<void> {
  const { head, incoming, response } = exchange;
  const leaving = new AbortController();
  const gone = leaving.signal;
  response.once("close", () => leaving.abort());
  let strike: Strike<Fault> = nothingWrong;
  try {
    const claimed = script.claimByHead(service.understand(head));
    strike = claimed ?? nothingWrong;
    if ((await passing("read", strike, exchange, gone)) === "ended") return;

    const reading = await readBody(incoming, maxBodyBytes);
    if (reading.kind === "broken") return;
    if (reading.kind === "too-large") return await refuseSize(response, { maxBodyBytes, now: now(), gone });

    const request: ReceivedRequest = { ...head, body: reading.body };
    const understood = service.understand(request);
    strike = claimed ?? script.claim(understood) ?? nothingWrong;
    const general = { faults: strike.faults as readonly unknown[] as readonly GeneralFault[] };
    const skewMs = faultOf(general, "clock")?.skewMs ?? 0;
    const observed = service.observe(request, now() + skewMs, understood);

    if ((await passing("apply", strike, exchange, gone)) === "ended") return;
    const answer = await answerOf(service, observed, { faults: strike.faults, gone });
    if ((await passing("answer", strike, exchange, gone)) === "ended") return;

    const edited = faultOf(general, "rewrite")?.edit(answer) ?? answer;
    const context = { now: now() + skewMs, released: strike.released, gone };
    await deliver(response, edited, deliveryBy(general), context);
  } catch (thrown) {
    // The devstack's own fault, or that of a test's `when` or `edit`: the client is told, not left waiting.
    if (response.headersSent || gone.aborted) response.destroy();
    else response.writeHead(500, { "content-type": "text/plain" }).end(`The devstack failed: ${thrown}`);
  } finally {
    strike.end();
  }
}

/** The faults that are carried out here, whatever the service; a service's own are of other kinds. */
type GeneralFault = HttpFault | HttpErrorFault;

/** Carries out what the strike has for this moment. */
async function passing(
  moment: Moment,
  strike: Strike<{ readonly kind: string }>,
  { response }: Exchange,
  gone: AbortSignal,
): Promise<"goes-on" | "ended"> {
  const passage = await pass(moment, strike, { gone });
  if (passage === "go-on") return "goes-on";
  if (passage === "reset") response.socket?.resetAndDestroy();
  if (passage === "close") response.socket?.destroySoon();
  return "ended";
}

async function answerOf<Fault extends { readonly kind: string }, Request, Observed>(
  service: HttpService<Fault, Request, Observed>,
  observed: Observed,
  circumstances: Circumstances<Fault>,
): Promise<Answer> {
  const general = { faults: circumstances.faults as readonly unknown[] as readonly GeneralFault[] };
  const replacement = faultOf(general, "answer");
  if (replacement !== undefined) return replacementBy(replacement);
  const error = faultOf(general, "error");
  if (error === undefined || service.refuse === undefined) return service.apply(observed, circumstances);
  if (error.before === "answer") await service.apply(observed, circumstances);
  return service.refuse(observed, error);
}

function replacementBy({ status, headers = {}, body = "" }: HttpFault & { readonly kind: "answer" }): Answer {
  const type = typeof body === "string" || body instanceof Uint8Array ? "text/plain" : "application/json";
  const lowerCase = Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value] as const);
  return {
    status,
    headers: { "content-type": type, ...Object.fromEntries(lowerCase) },
    body: bodyBytes(body),
  };
}

function deliveryBy(general: { readonly faults: readonly GeneralFault[] }): BodyDelivery {
  const kinds = ["truncate", "stall", "slow", "endless"] as const;
  for (const kind of kinds) {
    const fault = faultOf(general, kind);
    if (fault !== undefined) return fault;
  }
  return { kind: "whole" };
}

/** The rest of the body is still on its way: the connection cannot be used again. */
function refuseSize(
  response: ServerResponse,
  {
    maxBodyBytes,
    ...context
  }: { readonly maxBodyBytes: number; readonly now: number; readonly gone: AbortSignal },
): Promise<void> {
  const message = `The body is larger than ${maxBodyBytes} bytes`;
  const refusal = jsonAnswer(413, { message }, { connection: "close" });
  return deliver(response, refusal, { kind: "whole" }, { ...context, released: nothingWrong.released });
}
