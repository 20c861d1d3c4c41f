import type { Clock } from "@wirekit/core";
import {
  createHttpTransport,
  type HttpRequest,
  type HttpResponse,
  type HttpTransport,
  parseHttpDate,
  parseRetryAfter,
} from "@wirekit/core/http";
import { withTimeout } from "@wirekit/core/kit";
import { injectTraceContext, isTracingOn } from "@wirekit/core/tracing";
import type { KindoConfig, UrlTarget } from "../config.ts";
import type { Credentials, CredentialsSource } from "../signing/credentials.ts";
import { type SignedRequest, signRequest } from "../signing/sign-request.ts";
import { reportSignature, type SignatureReport } from "../signing/signature-report.ts";
import { readHttpAnswer } from "../wire/read-answer.ts";
import { answerError, transportError } from "./failed-request.ts";
import type { ProducerTransport, Shipment, TransportAttempt } from "./producer-transport.ts";

const signedHeaders = { "Content-Type": "application/json" } as const;

/** Sends by `POST` to a Lambda Function URL, every request signed anew. */
export function functionUrlTransport(
  config: KindoConfig,
  target: UrlTarget,
  credentials: CredentialsSource,
): ProducerTransport {
  const { url, service } = target;
  const { region, clock } = config;
  const { host, hostname, port } = new URL(url);
  const { call, connections, close } = httpFor(target, config);

  async function send({ message, idempotencyKey }: Shipment, attempt: TransportAttempt): Promise<string> {
    const signer =
      credentials.held() ?? (await attempt.deadline.limit("Fetching credentials", () => credentials.get()));
    const signedAt = clock.now();
    const request = { method: "POST", url, headers: signedHeaders, body: message.body };
    const date = new Date(signedAt);
    const signed = await signRequest(request, { region, service, credentials: signer, date });
    // Headers that are added after signing are no part of the signature: a proxy may drop or change them.
    const headers: Record<string, string> = { ...signed.headers };
    if (idempotencyKey !== undefined) headers["Idempotency-Key"] = idempotencyKey;
    if (isTracingOn()) await addTraceContext(headers);

    attempt.signal.throwIfAborted();
    const response = await exchange({ ...request, headers }, attempt);
    const answer = readHttpAnswer(response.status, response.text);
    if (answer.kind === "accepted") return answer.trackingId;
    if (response.status === 403) credentials.refused(signer);
    throw answerError(answer, {
      destination: host,
      message,
      credentials: signer,
      retryAfterMs: retryAfterMs(response, clock.now()),
      signature: response.status === 403 ? report(response, signed, signer, signedAt) : undefined,
    });
  }

  async function exchange(request: HttpRequest, attempt: TransportAttempt): Promise<HttpResponse> {
    try {
      return await call(request, attempt);
    } catch (thrown) {
      attempt.signal.throwIfAborted();
      throw transportError(thrown, host);
    }
  }

  function report(
    { headers, text }: HttpResponse,
    { canonicalRequest, stringToSign }: SignedRequest,
    signer: Credentials,
    signedAt: number,
  ): SignatureReport {
    const answeredAt = parseHttpDate(headers.date ?? "", clock.now());
    const signed = { host, region, service, credentials: signer, signedAt, canonicalRequest, stringToSign };
    return reportSignature({ ...signed, answeredAt, body: text });
  }

  const serverPort = port === "" ? undefined : Number(port);
  return { destination: host, serverAddress: hostname, serverPort, send, connections, close };
}

function httpFor(target: UrlTarget, { proxy, clock }: KindoConfig) {
  const { transport: given, fetch, maxConnections, connectTimeoutMs, responseTimeoutMs } = target;
  if (given !== undefined)
    return { call: guarded(given, clock), connections: () => undefined, close: async () => {} };

  const limits = { maxConnections, connectTimeoutMs, responseTimeoutMs };
  const own = createHttpTransport({ fetch, proxy, ...limits, clock });
  return {
    call: (request: HttpRequest, { signal, deadline, goesOut }: TransportAttempt) =>
      own(request, { signal, timeoutMs: positive(deadline.leftMs()), onSent: goesOut }),
    connections() {
      const { socketsOpened, socketsOpen } = own.stats();
      return fetch === undefined ? { opened: socketsOpened, open: socketsOpen } : undefined;
    },
    close: async () => void (await own.close({ timeoutMs: 0 })),
  };
}

/**
 * A transport that the user brings may ignore its time limit, and says nothing of when a request goes out.
 */
function guarded(transport: HttpTransport, clock: Clock) {
  return (request: HttpRequest, { signal, deadline, goesOut }: TransportAttempt) => {
    const timeoutMs = deadline.leftMs();
    goesOut();
    const send = async (signal: AbortSignal) =>
      transport(request, { signal, timeoutMs: positive(timeoutMs) });
    return withTimeout("The request", send, { signal, timeoutMs, clock });
  };
}

/**
 * Adds what the program's propagator writes, unless HTTP cannot carry it or it would replace what was signed.
 */
async function addTraceContext(headers: Record<string, string>): Promise<void> {
  const carrier: Record<string, string> = {};
  await injectTraceContext(carrier);
  const taken = new Set(Object.keys(headers).map((name) => name.toLowerCase()));
  for (const [name, value] of Object.entries(carrier)) {
    const isHeader = /^[\w!#$%&'*+.^`|~-]+$/.test(name) && /^[\t\x20-\x7e]*$/.test(value);
    if (isHeader && !taken.has(name.toLowerCase())) headers[name] = value;
  }
}

/** A transport takes no time-out of 0, which is what may be left. */
function positive(durationMs: number): number {
  return Math.max(durationMs, 1);
}

function retryAfterMs({ headers }: HttpResponse, now: number): number | undefined {
  // Measured from the service's own clock where the answer tells it, because ours may differ.
  return parseRetryAfter(headers["retry-after"], parseHttpDate(headers.date ?? "", now) ?? now);
}
