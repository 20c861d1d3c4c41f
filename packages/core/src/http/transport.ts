import type { CloseOptions, CloseReport } from "../contract.ts";
import { ClosedError } from "../errors/closed-error.ts";
import { ConfigError } from "../errors/config-error.ts";
import { Closing } from "../kit/closing.ts";
import type { Deadline } from "../kit/deadline.ts";
import { LinkedList } from "../kit/linked-list.ts";
import { Exchange } from "./exchange.ts";
import { fetchCarrier } from "./fetch-carrier.ts";
import { pooledCarrier } from "./pooled-carrier.ts";
import { prepareRequest } from "./prepare-request.ts";
import { isNode } from "./runtime.ts";
import {
  type HttpTransportOptions,
  type HttpTransportSettings,
  resolveTransportOptions,
} from "./transport-options.ts";
import type { HttpCallOptions, HttpRequest, HttpResponse, HttpTransport } from "./types.ts";

/** What a transport has done so far, and what it is doing. */
export interface HttpTransportStats {
  /** Requests that were accepted. */
  readonly requests: number;
  /** Requests that are not settled yet, waiting ones included. */
  readonly inFlight: number;
  /** Connections opened so far; 0 over `fetch`, which does not show them. */
  readonly socketsOpened: number;
  /** Connections open at present; 0 over `fetch`. */
  readonly socketsOpen: number;
}

/** An {@link HttpTransport} that holds connections. */
export interface ClosableHttpTransport extends HttpTransport {
  /**
   * Takes no more requests, waits until those under way are done, for `timeoutMs` (default 10,000) at most,
   * cuts off the rest and closes every connection. Closing again returns the same report.
   *
   * @throws ConfigError when `timeoutMs` is not a number of milliseconds; nothing is closed then.
   */
  close(options?: CloseOptions): Promise<CloseReport<HttpRequest>>;
  stats(): HttpTransportStats;
  [Symbol.asyncDispose](): Promise<void>;
}

/**
 * A transport with connections that are kept and used again. It opens and loads nothing before the first
 * request, and keeps no process alive once no request is under way.
 *
 * @throws ConfigError naming every option that cannot be used.
 */
export function createHttpTransport(options: HttpTransportOptions = {}): ClosableHttpTransport {
  const settings = resolveTransportOptions(options);
  const carrier = carrierFor(settings);
  // No `Set`: with every growth V8 links its old table to the new one, and whatever came and went through it
  // survives until the next full garbage collection. Measured, that was a quarter of the requests per second.
  const running = new LinkedList<Exchange>();
  const drained = new Set<() => void>();
  const closing = new Closing<CloseReport<HttpRequest>>(settings.clock);
  let requests = 0;

  function settled(exchange: Exchange): void {
    running.remove(exchange);
    if (running.size === 0) for (const finish of drained) finish();
  }

  function send(request: HttpRequest, call: HttpCallOptions = {}): Promise<HttpResponse> {
    return new Promise((resolve, reject) => {
      if (closing.isStarted) throw new ClosedError("The HTTP transport");
      call.signal?.throwIfAborted();
      const timeoutMs = checkedTimeout(call.timeoutMs ?? settings.timeoutMs);
      const { signal, onSent } = call;
      const { responseTimeoutMs, maxResponseBytes, clock } = settings;
      const exchange = new Exchange(prepareRequest(request), {
        timeoutMs,
        responseTimeoutMs,
        maxResponseBytes,
        signal,
        clock,
        onSent,
        resolve,
        reject,
        settled,
      });
      running.append(exchange);
      requests += 1;
      carrier.carry(exchange);
    });
  }

  async function closeWithin(deadline: Deadline): Promise<CloseReport<HttpRequest>> {
    if (running.size > 0) await deadline.limit("Closing", allSettled).catch(() => undefined);
    const left = [...running];
    for (const exchange of left) exchange.cut();
    await carrier.destroy();
    const requestsOf = (exchanges: readonly Exchange[]) => exchanges.map(({ request }) => request.given);
    return {
      notSent: requestsOf(left.filter(({ isSent }) => !isSent)),
      unconfirmed: requestsOf(left.filter(({ isSent }) => isSent)),
      notHandled: 0,
    };
  }

  function allSettled(): Promise<void> {
    return new Promise((resolve) => drained.add(resolve));
  }

  const stats = (): HttpTransportStats => ({
    requests,
    inFlight: running.size,
    socketsOpened: carrier.sockets.opened,
    socketsOpen: carrier.sockets.open,
  });
  const close = (options?: CloseOptions) => closing.start(options, closeWithin);
  const dispose = async () => void (await close());
  return Object.assign(send, { close, stats, [Symbol.asyncDispose]: dispose });
}

function carrierFor(settings: HttpTransportSettings) {
  const fetch = settings.fetch ?? (isNode() ? undefined : globalThis.fetch);
  return fetch === undefined ? pooledCarrier(settings) : fetchCarrier(fetch);
}

function checkedTimeout(timeoutMs: number): number {
  if (timeoutMs > 0) return timeoutMs;
  throw new ConfigError([{ path: "timeoutMs", message: "must be a number of milliseconds above 0" }]);
}
