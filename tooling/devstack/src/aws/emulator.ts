import { buildApp } from "fauxqs";
import type { Answer } from "../http/answer.ts";
import type { ApiRequest } from "./api-request.ts";

/** Bodies of the messages that a queue holds. */
export interface QueueContents {
  readonly ready: readonly string[];
  readonly inFlight: readonly string[];
  readonly delayed: readonly string[];
}

/** SNS and SQS as the emulator has them, behind our server. It listens nowhere: requests are handed to it. */
export interface Emulator {
  /** Has it answer a request with `body`. Rejects when `gone` is aborted: the client is not there any more. */
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
  await app.ready();
  const queueUrls = new Map<string, string>();
  let created: Promise<unknown> = Promise.resolve();

  async function look(name: string): Promise<ShownQueue | undefined> {
    await created;
    const shown = await app.inject(`/_fauxqs/queues/${encodeURIComponent(name)}`);
    return shown.statusCode === 200 ? shown.json<ShownQueue>() : undefined;
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
    const { statusCode, body } = await app.inject({ method: "POST", url: "/", headers, payload });
    if (statusCode !== 200) throw new Error(`The queue ${name} cannot be made: ${body}`);
  }

  return {
    async ask(request, body, gone) {
      await created;
      const { method, path: url, headers } = request;
      const payload = await withKnownUrl(request, body, urlOf);
      const sent = { ...headers, "content-length": String(Buffer.byteLength(payload)) };
      const {
        statusCode,
        headers: received,
        rawPayload,
      } = await app.inject({
        method: method as "POST",
        url,
        headers: sent,
        payload,
        signal: gone,
      });
      const type = String(received["content-type"] ?? "text/plain");
      return { status: statusCode, headers: { "content-type": type }, body: rawPayload };
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
    close: () => app.close(),
  };
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
