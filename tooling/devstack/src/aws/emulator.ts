import { randomUUID } from "node:crypto";
import { Agent, request as httpRequest } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buffer } from "node:stream/consumers";
import { buildApp } from "fauxqs";
import type { Answer } from "../http/answer.ts";
import type { ApiRequest } from "./api-request.ts";

/** Bodies of the messages that a queue holds. */
export interface QueueContents {
  readonly ready: readonly string[];
  readonly inFlight: readonly string[];
  readonly delayed: readonly string[];
}

/**
 * SNS and SQS as the emulator has them, behind our server. It has no port, which a page in a browser could
 * reach past our server: it listens on a socket in the file system, or a pipe.
 */
export interface Emulator {
  /** Has it answer a request with `body`. Rejects when `gone` is aborted, because the client has left. */
  ask(request: ApiRequest, body: string, gone: AbortSignal): Promise<Answer>;
  /** Every request that is asked from now on finds the queue. `host` stands in its URL. */
  createQueue(name: string, attributes: Readonly<Record<string, string>>, host: string): Promise<void>;
  inspectQueue(name: string): Promise<QueueContents>;
  close(): Promise<void>;
}

/** A queue as the emulator shows it. */
interface ShownQueue {
  readonly url: string;
  readonly messages: {
    readonly ready: readonly { readonly body: string }[];
    readonly delayed: readonly { readonly body: string }[];
    readonly inflight: readonly { readonly message: { readonly body: string } }[];
  };
}

export async function startEmulator(regionName: string): Promise<Emulator> {
  const app = buildApp({ logger: false, defaultRegion: regionName });
  const socketPath = pathOf(`wirekit-devstack-${randomUUID()}`);
  await app.listen({ path: socketPath });
  const agent = new Agent({ keepAlive: true });
  const forward = (request: Omit<EmulatorRequest, "socketPath" | "agent">) =>
    send({ ...request, socketPath, agent });
  const queueUrls = new Map<string, string>();
  let created: Promise<unknown> = Promise.resolve();

  async function look(name: string): Promise<ShownQueue | undefined> {
    await created;
    const path = `/_fauxqs/queues/${encodeURIComponent(name)}`;
    const { status, body } = await forward({ method: "GET", path, headers: {}, payload: "" });
    return status === 200 ? (JSON.parse(body.toString()) as ShownQueue) : undefined;
  }

  async function urlOf(name: string): Promise<string | undefined> {
    // Kept, because to look at a queue is to copy what it holds. One that is made again has the same URL.
    const url = queueUrls.get(name) ?? (await look(name))?.url;
    if (url !== undefined) queueUrls.set(name, url);
    return url;
  }

  async function create(name: string, attributes: Readonly<Record<string, string>>, host: string) {
    const headers = {
      host,
      "content-type": "application/x-amz-json-1.0",
      "x-amz-target": "AmazonSQS.CreateQueue",
    };
    const payload = JSON.stringify({ QueueName: name, Attributes: attributes });
    const { status, body } = await forward({ method: "POST", path: "/", headers, payload });
    if (status !== 200) throw new Error(`The queue ${name} cannot be made: ${body}`);
  }

  return {
    async ask(request, body, gone) {
      await created;
      const { method, path, headers } = request;
      const payload = await withKnownUrl(request, body, urlOf);
      return forward({ method, path, headers, payload, signal: gone });
    },
    createQueue(name, attributes, host) {
      const creating = create(name, attributes, host);
      created = Promise.allSettled([created, creating]);
      return creating;
    },
    async inspectQueue(name) {
      const messages = (await look(name))?.messages;
      if (messages === undefined) throw new Error(`there is no queue ${name}`);
      return {
        ready: messages.ready.map(({ body }) => body),
        inFlight: messages.inflight.map(({ message }) => message.body),
        delayed: messages.delayed.map(({ body }) => body),
      };
    },
    async close() {
      agent.destroy();
      await app.close();
    },
  };
}

function pathOf(name: string): string {
  return process.platform === "win32" ? `\\\\.\\pipe\\${name}` : join(tmpdir(), `${name}.sock`);
}

interface EmulatorRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly payload: string;
  readonly signal?: AbortSignal | undefined;
  readonly socketPath: string;
  readonly agent: Agent;
}

function send({ payload, headers, signal, ...way }: EmulatorRequest): Promise<Answer> {
  const sent = { ...headers, "content-length": String(Buffer.byteLength(payload)) };
  return new Promise((resolve, reject) => {
    const outgoing = httpRequest({ ...way, headers: sent, ...(signal && { signal }) }, (incoming) => {
      buffer(incoming).then((body) => {
        const type = incoming.headers["content-type"] ?? "text/plain";
        resolve({ status: incoming.statusCode ?? 500, headers: { "content-type": type }, body });
      }, reject);
    });
    outgoing.on("error", reject);
    outgoing.end(payload);
  });
}

/**
 * AWS finds a queue by the name at the end of its URL, whatever host and account stand before it. The
 * emulator knows each queue by one URL only.
 */
async function withKnownUrl(
  { queueUrl }: ApiRequest,
  body: string,
  urlOf: (name: string) => Promise<string | undefined>,
): Promise<string> {
  const name = queueUrl?.slice(queueUrl.lastIndexOf("/") + 1);
  const known = name === undefined ? undefined : await urlOf(name);
  if (known === undefined || known === queueUrl) return body;
  return JSON.stringify({ ...(JSON.parse(body) as object), QueueUrl: known });
}
