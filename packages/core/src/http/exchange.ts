import type { Clock } from "../clock.ts";
import { ClosedError } from "../errors/closed-error.ts";
import { ConnectionError } from "../errors/connection-error.ts";
import { TimeoutError } from "../errors/timeout-error.ts";
import { afterInput } from "../kit/after-input.ts";
import type { ListMember } from "../kit/linked-list.ts";
import { onAbort } from "../kit/on-abort.ts";
import { HttpResponseError } from "./http-response-error.ts";
import type { PreparedRequest } from "./prepare-request.ts";
import type { HttpResponse } from "./types.ts";

/** The limits of an exchange, and the callbacks for its end. */
export interface ExchangeTerms {
  readonly timeoutMs: number;
  readonly responseTimeoutMs: number;
  readonly maxResponseBytes: number;
  readonly signal: AbortSignal | undefined;
  readonly clock: Clock;
  /** Told when the request goes out. */
  readonly onSent: (() => void) | undefined;
  resolve(response: HttpResponse): void;
  reject(reason: unknown): void;
  /** Called once, however it ended. */
  settled(exchange: Exchange): void;
}

const decoder = new TextDecoder();

/**
 * One request and what has come back of its response so far. It is settled exactly once: by the end of the
 * response, a fault, a time-out or the signal, whichever is first. It knows nothing of sockets: its carrier
 * feeds it.
 */
export class Exchange implements ListMember<Exchange> {
  readonly request: PreparedRequest;
  isSettled = false;
  /** Whether the server may have seen any of the request. */
  isSent = false;
  /** Ends the work under way after a failure. The carrier sets it. */
  abandon: (() => void) | undefined;
  /** Its place among those that are under way. */
  previous: Exchange | undefined;
  next: Exchange | undefined;
  list: object | undefined;

  private readonly terms: ExchangeTerms;
  private readonly cancelTotal: (() => void) | undefined;
  private readonly stopListening: (() => void) | undefined;
  private cancelResponse: (() => void) | undefined;
  private status = 0;
  private headers: Readonly<Record<string, string>> = {};
  private chunks: Uint8Array[] = [];
  private bodyBytes = 0;

  constructor(request: PreparedRequest, terms: ExchangeTerms) {
    const { signal, timeoutMs } = terms;
    this.request = request;
    this.terms = terms;
    this.cancelTotal = this.startTimer("total", timeoutMs);
    this.stopListening = signal && onAbort(signal, () => this.fail(signal.reason));
  }

  /** The request is on its way; from here on the server may have acted on it. */
  markSent(): void {
    this.isSent = true;
    this.terms.onSent?.();
    this.cancelResponse = this.startTimer("response", this.terms.responseTimeoutMs);
  }

  /** The response's status and headers are there. */
  begin(status: number, headers: Readonly<Record<string, string>>): void {
    this.status = status;
    this.headers = headers;
    const announced = this.request.method === "HEAD" ? 0 : Number(headers["content-length"]);
    if (announced > this.terms.maxResponseBytes) this.failTooLarge();
  }

  /** A part of the response's body is there. */
  collect(chunk: Uint8Array): void {
    this.bodyBytes += chunk.byteLength;
    if (this.bodyBytes > this.terms.maxResponseBytes) this.failTooLarge();
    else this.chunks.push(chunk);
  }

  /** The response is complete. */
  complete(): void {
    if (this.isSettled) return;
    const text = decoder.decode(joined(this.chunks, this.bodyBytes));
    this.settle();
    this.terms.resolve({ status: this.status, headers: this.headers, text });
  }

  /** Rejects with `reason`, and ends what is under way. */
  fail(reason: unknown): void {
    if (this.isSettled) return;
    this.settle();
    this.terms.reject(reason);
    this.abandon?.();
  }

  /** Fails because there will be no more time: the transport is being closed. */
  cut(): void {
    const details = { origin: this.request.origin, sent: true };
    const message = "The HTTP transport was closed before the response was complete";
    this.fail(
      this.isSent
        ? new ConnectionError(message, { retryable: false, details })
        : new ClosedError("The HTTP transport"),
    );
  }

  private failTooLarge(): void {
    const { maxResponseBytes } = this.terms;
    const error = new HttpResponseError(
      `The response is larger than the limit of ${maxResponseBytes} bytes (maxResponseBytes)`,
      { status: this.status, code: "wirekit/http-response-too-large", details: { maxResponseBytes } },
    );
    this.fail(error);
  }

  private startTimer(phase: "response" | "total", timeoutMs: number): (() => void) | undefined {
    if (timeoutMs === Number.POSITIVE_INFINITY) return undefined;
    return this.terms.clock.setTimer(() => this.expire(phase, timeoutMs), timeoutMs);
  }

  private expire(phase: "response" | "total", timeoutMs: number): void {
    // Timers go off before what has arrived is read. After a stretch of work that kept this process busy, the
    // response may be there; it is given the chance to count.
    afterInput(() => {
      const { origin } = this.request;
      const what = phase === "total" ? `The request to ${origin}` : `The response of ${origin}`;
      this.fail(new TimeoutError(what, timeoutMs, { details: { phase, origin, sent: this.isSent } }));
    });
  }

  private settle(): void {
    this.isSettled = true;
    this.chunks = [];
    this.cancelTotal?.();
    this.cancelResponse?.();
    this.stopListening?.();
    this.terms.settled(this);
  }
}

function joined(chunks: readonly Uint8Array[], byteLength: number): Uint8Array {
  const [first] = chunks;
  if (first !== undefined && chunks.length === 1) return first;
  const whole = new Uint8Array(byteLength);
  let offset = 0;
  for (const chunk of chunks) {
    whole.set(chunk, offset);
    offset += chunk.byteLength;
  }
  return whole;
}
