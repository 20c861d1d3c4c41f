import {
  Agent,
  createServer,
  request as httpRequest,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { type ApiRequest, readApiRequest } from "./api-request.ts";
import type { Fault, Faults } from "./faults.ts";
import { withFailures, withoutEntries } from "./partial-failure.ts";

/** How often each action was asked for; requests that met a fault count too. */
export type RequestCounts = Record<string, number>;

interface Answer {
  readonly status: number;
  readonly headers: Record<string, string>;
  readonly body: string;
}

/** Stands between clients and the service: counts what passes, and carries out the faults. */
export interface FaultProxy {
  readonly port: number;
  readonly counts: RequestCounts;
  close(): Promise<void>;
}

const maxBatchEntries = 10;

/** What the proxy needs of the service behind it. */
export interface ProxiedService {
  readonly port: number;
  /** The URL under which the service knows a queue; undefined when there is none of that name. */
  readonly queueUrl: (name: string) => string | undefined;
}

/** Starts the proxy on a free port of the loopback. */
export async function startProxy(service: ProxiedService, faults: Faults): Promise<FaultProxy> {
  const counts: RequestCounts = {};
  const agent = new Agent({ keepAlive: true, noDelay: true });
  const server = createServer({ noDelay: true }, (incoming, response) => {
    serve(incoming, response).catch(() => response.destroy());
  });

  async function serve(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await text(incoming);
    const { method = "POST", url: path = "/", headers } = incoming;
    const request = readApiRequest(method, path, headers, body);
    counts[request.action] = (counts[request.action] ?? 0) + 1;
    const fault = faults.take(request) ?? ownRefusal(request);
    await carryOut(request, fault, response);
  }

  async function carryOut(
    request: ApiRequest,
    fault: Fault | undefined,
    response: ServerResponse,
  ): Promise<void> {
    // A client that goes away takes its request to the service with it, as it would without us in between.
    const gone = new AbortController();
    response.once("close", () => gone.abort());
    const forward = (body: string) =>
      ask(service.port, agent, { ...request, body: toServicesUrl(request, body, service) }, gone.signal);

    if (fault?.kind === "reset") return reset(response);
    if (fault?.kind === "error") return answer(response, errorAnswer(request, fault.status, fault.code));
    if (fault?.kind === "fail-entries") {
      const failed = new Set(request.entries.filter(fault.which).map(({ id }) => id));
      const rest = withoutEntries(request, failed);
      const result = rest === undefined ? undefined : await forward(rest);
      const body = withFailures(request, result?.body, failed, fault);
      return answer(response, { status: 200, headers: contentType(request), body });
    }
    const result = await forward(request.body);
    if (fault?.kind === "lose-answer") return reset(response);
    if (fault?.kind === "delay") await fault.until;
    if (fault?.kind === "duplicate")
      return answer(
        response,
        changeMessages(result, (all) => [...all, ...all]),
      );
    if (fault?.kind === "reverse")
      return answer(
        response,
        changeMessages(result, (all) => [...all].reverse()),
      );
    return answer(response, result);
  }

  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return { port: (server.address() as AddressInfo).port, counts, close: () => closeServer(server, agent) };
}

/**
 * AWS finds a queue by the name at the end of its URL, whatever host and account stand before it. The
 * embedded service knows each queue by one URL only.
 */
function toServicesUrl({ queueUrl }: ApiRequest, body: string, service: ProxiedService): string {
  const name = queueUrl?.slice(queueUrl.lastIndexOf("/") + 1);
  const known = name === undefined ? undefined : service.queueUrl(name);
  if (known === undefined || known === queueUrl) return body;
  return JSON.stringify({ ...(JSON.parse(body) as object), QueueUrl: known });
}

/** What AWS refuses and the embedded service lets through. */
function ownRefusal(request: ApiRequest): Fault | undefined {
  if (request.entries.length <= maxBatchEntries) return undefined;
  const prefix = request.service === "sqs" ? "AWS.SimpleQueueService." : "";
  return { kind: "error", status: 400, code: `${prefix}TooManyEntriesInBatchRequest` };
}

function ask(port: number, agent: Agent, request: ApiRequest, signal: AbortSignal): Promise<Answer> {
  const { method, path, headers, body } = request;
  return new Promise((resolve, reject) => {
    const outgoing = httpRequest(
      {
        port,
        host: "127.0.0.1",
        agent,
        method,
        path,
        signal,
        headers: { ...headers, "content-length": Buffer.byteLength(body) },
      },
      (incoming) => {
        text(incoming).then((received) => {
          const type = incoming.headers["content-type"] ?? "text/plain";
          resolve({ status: incoming.statusCode ?? 500, headers: { "content-type": type }, body: received });
        }, reject);
      },
    );
    outgoing.on("error", reject);
    outgoing.end(body);
  });
}

function errorAnswer(request: ApiRequest, status: number, code: string): Answer {
  if (request.service === "sqs") {
    const body = JSON.stringify({ __type: `com.amazonaws.sqs#${code}`, message: "refused on purpose" });
    return { status, headers: { ...contentType(request), "x-amzn-requestid": "devstack" }, body };
  }
  const type = status < 500 ? "Sender" : "Receiver";
  const body = `<ErrorResponse xmlns="http://sns.amazonaws.com/doc/2010-03-31/"><Error><Type>${type}</Type><Code>${code}</Code><Message>refused on purpose</Message></Error><RequestId>devstack</RequestId></ErrorResponse>`;
  return { status, headers: contentType(request), body };
}

function contentType(request: ApiRequest): Record<string, string> {
  return { "content-type": request.service === "sqs" ? "application/x-amz-json-1.0" : "text/xml" };
}

function changeMessages(
  answer: Answer,
  change: (messages: readonly unknown[]) => readonly unknown[],
): Answer {
  const result = JSON.parse(answer.body) as { Messages?: readonly unknown[] };
  return { ...answer, body: JSON.stringify({ ...result, Messages: change(result.Messages ?? []) }) };
}

function answer(response: ServerResponse, { status, headers, body }: Answer): void {
  response.writeHead(status, { ...headers, "content-length": Buffer.byteLength(body) });
  response.end(body);
}

function reset(response: ServerResponse): void {
  response.socket?.resetAndDestroy();
}

async function closeServer(server: Server, agent: Agent): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  server.closeAllConnections();
  agent.destroy();
  await closed;
}
