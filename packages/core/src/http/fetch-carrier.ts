import type { Carrier } from "./carrier.ts";
import { connectionFault, isConnectFailure } from "./connection-fault.ts";
import type { Exchange } from "./exchange.ts";
import { HttpResponseError } from "./http-response-error.ts";
import { invalidRequest } from "./invalid-request.ts";
import type { PreparedRequest } from "./prepare-request.ts";

type Fetch = typeof globalThis.fetch;

/** Carries over a `fetch` function: for runtimes without sockets, and for programs that bring their own. */
export function fetchCarrier(fetch: Fetch): Carrier {
  return {
    sockets: { opened: 0, open: 0 },
    carry: (exchange) => void run(fetch, exchange),
    destroy: async () => {},
  };
}

async function run(fetch: Fetch, exchange: Exchange): Promise<void> {
  const controller = new AbortController();
  exchange.abandon = () => controller.abort();
  try {
    const init = initOf(exchange.request, controller.signal);
    exchange.markSent();
    const response = await fetch(exchange.request.url, init);
    refuseHiddenRedirect(response);
    exchange.begin(response.status, plainHeaders(response.headers));
    await feed(exchange, response.body);
    exchange.complete();
  } catch (error) {
    // Whether it came as far as sending, `fetch` does not say; in doubt it did.
    const isSent = !isConnectFailure(error);
    exchange.fail(connectionFault(error, { request: exchange.request, isSent }));
  }
}

function initOf(request: PreparedRequest, signal: AbortSignal): RequestInit {
  const { url, target, method, headers, body } = request;
  const { pathname, search } = parsed(url);
  if (pathname + search !== target) {
    throw invalidRequest(
      "url",
      "has a path or query that fetch would rewrite; escape it, or send without fetch",
    );
  }
  const pairs = headers.flatMap((name, index): [string, string][] =>
    index % 2 === 0 ? [[name, headers[index + 1] ?? ""]] : [],
  );
  // As bytes: with a text, fetch would add a Content-Type of its own.
  const bytes = typeof body === "string" ? new TextEncoder().encode(body) : body;
  return {
    method,
    headers: pairs,
    redirect: "manual",
    signal,
    ...(bytes && { body: bytes as NonNullable<RequestInit["body"]> }),
  };
}

function parsed(url: string): URL {
  if (!URL.canParse(url)) throw invalidRequest("url", "must name a host, and a port below 65,536 if any");
  return new URL(url);
}

/** A browser's fetch tells nothing of a redirect but that it was one. */
function refuseHiddenRedirect({ type }: Response): void {
  if (type !== "opaqueredirect") return;
  throw new HttpResponseError("The server answered with a redirect, which is not followed", { status: 0 });
}

function plainHeaders(headers: Headers): Readonly<Record<string, string>> {
  // Not at once into an object: a header may be named `constructor`.
  const joined = new Map<string, string>();
  headers.forEach((value, name) => {
    const earlier = joined.get(name);
    joined.set(name, earlier === undefined ? value : `${earlier}, ${value}`);
  });
  return Object.fromEntries(joined);
}

async function feed(exchange: Exchange, body: ReadableStream<Uint8Array> | null): Promise<void> {
  if (body === null) return;
  const reader = body.getReader();
  while (!exchange.isSettled) {
    const { done, value } = await reader.read();
    if (done) return;
    exchange.collect(value);
  }
  await reader.cancel();
}
