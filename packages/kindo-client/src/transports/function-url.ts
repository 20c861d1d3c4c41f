import { type Clock, TimeoutError } from "@wirekit/core";
import {
  createHttpTransport,
  type HttpRequest,
  type HttpResponse,
  type HttpTransport,
  parseHttpDate,
  parseRetryAfter,
} from "@wirekit/core/http";
import { injectTraceContext } from "@wirekit/core/tracing";
import type { KindoConfig, UrlTarget } from "../config.ts";
import { ExpiredError, whileTimeIsLeft } from "../delivery/expired-error.ts";
import type { Credentials } from "../signing/credentials.ts";
import type { CredentialsSource } from "../signing/credentials-source.ts";
import { type SignedRequest, signRequest } from "../signing/sign-request.ts";
import { reportSignature, type SignatureReport } from "../signing/signature-report.ts";
import { readHttpAnswer } from "../wire/read-answer.ts";
import { answerError } from "./answer-error.ts";
import type { ProducerTransport, Shipment, TransportAttempt } from "./producer-transport.ts";
import { transportError } from "./transport-error.ts";

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
  const { call, connections, close } = httpFor(target, clock);

  async function send({ message, idempotencyKey }: Shipment, attempt: TransportAttempt): Promise<string> {
    const signer =
      credentials.held() ??
      (await whileTimeIsLeft("Fetching credentials", credentials.current, attempt, clock));
    const signedAt = clock.now();
    const request = { method: "POST", url, headers: signedHeaders, body: message.body };
    const date = new Date(signedAt);
    const signed = await signRequest(request, { region, service, credentials: signer, date });
    // Headers that are added after signing are no part of the signature: a proxy may drop or change them.
    const headers: Record<string, string> = { ...signed.headers };
    if (idempotencyKey !== undefined) headers["Idempotency-Key"] = idempotencyKey;
    await injectTraceContext(headers);

    attempt.signal.throwIfAborted();
    attempt.begin();
    const response = await exchange({ ...request, headers }, attempt);
    const answer = readHttpAnswer(response.status, response.text);
    if (answer.kind === "accepted") return answer.trackingId;
    if (response.status === 403) credentials.discard(signer);
    throw answerError(answer, {
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
      if (thrown instanceof ExpiredError) throw thrown;
      throw isTotal(thrown) ? new ExpiredError(thrown) : transportError(thrown);
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

/** Whether the time for the whole call was over, and not that for a connection or an answer. */
function isTotal(thrown: unknown): thrown is TimeoutError {
  return thrown instanceof TimeoutError && thrown.details.phase === "total";
}

function httpFor({ options }: UrlTarget, clock: Clock) {
  const { transport: given, fetch, maxConnections, connectTimeoutMs } = options;
  if (given !== undefined)
    return { call: guarded(given, clock), connections: () => undefined, close: async () => {} };

  const responseTimeoutMs = options.responseTimeoutMs ?? Number.POSITIVE_INFINITY;
  const own = createHttpTransport({ fetch, maxConnections, connectTimeoutMs, responseTimeoutMs, clock });
  return {
    call: (request: HttpRequest, { signal, leftMs }: TransportAttempt) =>
      own(request, { signal, timeoutMs: positive(leftMs()) }),
    connections() {
      const { socketsOpened, socketsOpen } = own.stats();
      return fetch === undefined ? { opened: socketsOpened, open: socketsOpen } : undefined;
    },
    close: async () => void (await own.close({ timeoutMs: 0 })),
  };
}

/** What is handed in may not keep the time that it is given. */
function guarded(transport: HttpTransport, clock: Clock) {
  return (request: HttpRequest, attempt: TransportAttempt) => {
    const send = (signal: AbortSignal) =>
      transport(request, { signal, timeoutMs: positive(attempt.leftMs()) });
    return whileTimeIsLeft("The request", send, attempt, clock);
  };
}

/** A transport takes no time-out of 0, which is what may be left. */
function positive(durationMs: number): number {
  return Math.max(durationMs, 1);
}

function retryAfterMs({ headers }: HttpResponse, now: number): number | undefined {
  // Measured from the service's own clock where the answer tells it, because ours may differ.
  return parseRetryAfter(headers["retry-after"], parseHttpDate(headers.date ?? "", now) ?? now);
}
