import type { IncomingMessage, ServerResponse } from "node:http";
import { type Answer, bodyBytes, jsonAnswer } from "./answer.ts";
import { deliver } from "./answer-delivery.ts";
import type { FaultStep, Moment } from "./fault.ts";
import type { FaultScript, Strike } from "./fault-script.ts";
import { type PauseEnd, pause, untilReleased } from "./pauses.ts";
import { type ReceivedRequest, type RequestHead, readBody } from "./received-request.ts";

/** What answers requests, apart from all that can go wrong on the way to it and back. */
export interface HttpService<Observed> {
  /** Sees every request that was read, also one that a fault answers in the service's place. */
  observe(request: ReceivedRequest, now: number): Observed;
  /** Acts on it, and answers. */
  apply(observed: Observed): Answer | Promise<Answer>;
}

export interface FaultyServiceOptions<Observed> {
  readonly service: HttpService<Observed>;
  readonly script: FaultScript;
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

const nothingWrong: Strike = { steps: [], released: Promise.resolve(), end: () => {} };

/** Takes a request through its life: read, applied, answered; and lets the script strike it on the way. */
export async function serveFaulty<Observed>(
  { head, incoming, response }: Exchange,
  { service, script, now, maxBodyBytes }: FaultyServiceOptions<Observed>,
): Promise<void> {
  let strike = nothingWrong;
  try {
    const claimed = script.claimByHead(head);
    strike = claimed ?? nothingWrong;
    if ((await strikeBefore("read", strike, response)) === "gone") return;

    const reading = await readBody(incoming, maxBodyBytes);
    if (reading.kind === "broken") return;
    if (reading.kind === "too-large") return await refuseSize(response, maxBodyBytes, now());

    const request: ReceivedRequest = { ...head, body: reading.body };
    strike = claimed ?? script.claim(request) ?? nothingWrong;
    const skewMs = stepOf(strike, "clock")?.skewMs ?? 0;
    const observed = service.observe(request, now() + skewMs);

    if ((await strikeBefore("apply", strike, response)) === "gone") return;
    const answer = replacementBy(strike) ?? (await service.apply(observed));
    if ((await strikeBefore("answer", strike, response)) === "gone") return;

    const edited = stepOf(strike, "rewrite")?.edit(answer) ?? answer;
    const delivery = stepOf(strike, "body")?.delivery ?? { kind: "whole" };
    await deliver(response, edited, delivery, { now: now() + skewMs, released: strike.released });
  } catch (thrown) {
    // The devstack's own fault, or that of a test's `when` or `edit`: the client is told, not left waiting.
    if (response.headersSent) response.destroy();
    else response.writeHead(500, { "content-type": "text/plain" }).end(`The devstack failed: ${thrown}`);
  } finally {
    strike.end();
  }
}

/**
 * Carries out what the fault has for this moment. `"gone"`: the connection is no more, and neither is the
 * request.
 */
async function strikeBefore(moment: Moment, strike: Strike, response: ServerResponse): Promise<PauseEnd> {
  for (const step of strike.steps) {
    if (step.kind === "hold" && step.before === moment) {
      const end =
        step.forMs === undefined
          ? await untilReleased(response, strike.released)
          : await pause(response, step.forMs, strike.released);
      if (end === "gone") return "gone";
    }
    if (step.kind === "reset" && step.before === moment) {
      response.socket?.resetAndDestroy();
      return "gone";
    }
  }
  return "over";
}

function replacementBy(strike: Strike): Answer | undefined {
  const replacement = stepOf(strike, "answer");
  if (replacement === undefined) return undefined;
  const { status, headers = {}, body = "" } = replacement;
  const type = typeof body === "string" || body instanceof Uint8Array ? "text/plain" : "application/json";
  const lowerCase = Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value] as const);
  return {
    status,
    headers: { "content-type": type, ...Object.fromEntries(lowerCase) },
    body: bodyBytes(body),
  };
}

function stepOf<Kind extends FaultStep["kind"]>(
  { steps }: Strike,
  kind: Kind,
): Extract<FaultStep, { kind: Kind }> | undefined {
  return steps.find((step): step is Extract<FaultStep, { kind: Kind }> => step.kind === kind);
}

/** The rest of the body is still on its way: the connection cannot be used again. */
function refuseSize(response: ServerResponse, maxBodyBytes: number, now: number): Promise<void> {
  const message = `The body is larger than ${maxBodyBytes} bytes`;
  const refusal = jsonAnswer(413, { message }, { connection: "close" });
  return deliver(response, refusal, { kind: "whole" }, { now, released: nothingWrong.released });
}
