import { Agent, request as httpRequest } from "node:http";
import { buffer } from "node:stream/consumers";
import { type FauxqsServer, startFauxqs } from "fauxqs";
import type { Answer } from "../http/answer.ts";
import type { ApiRequest } from "./api-request.ts";

/** SNS and SQS as the emulator has them, behind our server. */
export interface Emulator {
  readonly server: FauxqsServer;
  /** Sends a request on with `body`. `gone` takes it back, as the end of the client's connection would. */
  ask(request: ApiRequest, body: string, gone: AbortSignal): Promise<Answer>;
  close(): Promise<void>;
}

export async function startEmulator(regionName: string): Promise<Emulator> {
  const server = await startFauxqs({ port: 0, logger: false, defaultRegion: regionName });
  const agent = new Agent({ keepAlive: true, noDelay: true });
  const queueUrls = new Map<string, string>();
  const queueUrl = (name: string): string | undefined => {
    // Kept, because to look at a queue is to copy what it holds. One that is made again has the same URL.
    const url = queueUrls.get(name) ?? server.inspectQueue(name)?.url;
    if (url !== undefined) queueUrls.set(name, url);
    return url;
  };
  return {
    server,
    ask: (request, body, gone) =>
      send(server.port, agent, request, withKnownUrl(request, body, queueUrl), gone),
    close: async () => {
      agent.destroy();
      await server.stop();
    },
  };
}

function send(
  port: number,
  agent: Agent,
  { method, path, headers }: ApiRequest,
  body: string,
  signal: AbortSignal,
): Promise<Answer> {
  const length = { "content-length": String(Buffer.byteLength(body)) };
  return new Promise((resolve, reject) => {
    const outgoing = httpRequest(
      { port, host: "127.0.0.1", agent, method, path, signal, headers: { ...headers, ...length } },
      (incoming) => {
        buffer(incoming).then((received) => {
          const type = incoming.headers["content-type"] ?? "text/plain";
          resolve({ status: incoming.statusCode ?? 500, headers: { "content-type": type }, body: received });
        }, reject);
      },
    );
    outgoing.on("error", reject);
    outgoing.end(body);
  });
}

/**
 * AWS finds a queue by the name at the end of its URL, whatever host and account stand before it. The
 * emulator knows each queue by one URL only.
 */
function withKnownUrl(
  { queueUrl }: ApiRequest,
  body: string,
  urlOf: (name: string) => string | undefined,
): string {
  const name = queueUrl?.slice(queueUrl.lastIndexOf("/") + 1);
  const known = name === undefined ? undefined : urlOf(name);
  if (known === undefined || known === queueUrl) return body;
  return JSON.stringify({ ...(JSON.parse(body) as object), QueueUrl: known });
}
