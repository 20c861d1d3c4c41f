import { createHash } from "node:crypto";
import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import type { ConformancePeer, PeerBehaviour } from "@wirekit/core/testing";

interface Entry {
  readonly Id: string;
  readonly MessageBody?: string;
}

/** Speaks as much of SQS's protocol as clients need, and behaves as a conformance suite says. */
export interface SqsPeer extends ConformancePeer {
  readonly url: string;
  /** Put on the queue: what each receive returns, until it is deleted. */
  readonly queue: Map<string, string>;
  close(): Promise<void>;
}

export async function startSqsPeer(): Promise<SqsPeer> {
  let behaviour: PeerBehaviour = "works";
  let received = 0;
  const unanswered: (() => void)[] = [];
  const sockets = new Set<Socket>();
  const queue = new Map<string, string>();

  const answer = (action: string, Entries: readonly Entry[]): object => {
    if (action === "SendMessageBatch") return { Successful: Entries.map(sentEntry) };
    if (action === "ReceiveMessage") return { Messages: [...queue].slice(0, 1).map(toMessage) };
    if (action === "DeleteMessageBatch") queue.clear();
    return { Successful: Entries.map(({ Id }) => ({ Id })) };
  };
  const server = createServer(async (request, response) => {
    const action = String(request.headers["x-amz-target"]).split(".")[1] ?? "";
    const { Entries = [] } = await readJson(request);
    if (action === "SendMessageBatch") received += Entries.length;
    const respond = () => respondWith(response, answer(action, Entries));
    if (behaviour === "resets") request.socket.resetAndDestroy();
    else if (behaviour === "silent") unanswered.push(respond);
    else respond();
  });
  server.on("connection", (socket: Socket) => {
    sockets.add(socket.on("close", () => sockets.delete(socket)));
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  const { port } = server.address() as AddressInfo;

  const stop = async () => {
    if (!server.listening) return;
    server.close();
    for (const socket of sockets) socket.destroy();
    await once(server, "close");
  };
  return {
    url: `http://127.0.0.1:${port}`,
    queue,
    received: () => received,
    become: async (next) => {
      behaviour = next;
      if (next === "unreachable") await stop();
      else if (!server.listening) await once(server.listen(port, "127.0.0.1"), "listening");
    },
    answerLate: () => {
      for (const respond of unanswered.splice(0)) respond();
    },
    close: stop,
  };
}

async function readJson(request: IncomingMessage): Promise<{ readonly Entries?: readonly Entry[] }> {
  let text = "";
  for await (const chunk of request.setEncoding("utf8")) text += chunk;
  return JSON.parse(text);
}

function respondWith(response: ServerResponse, body: object): void {
  response.writeHead(200, { "content-type": "application/x-amz-json-1.0" });
  response.end(JSON.stringify(body));
}

function sentEntry({ Id, MessageBody = "" }: Entry): object {
  return { Id, MessageId: `m-${Id}`, MD5OfMessageBody: md5(MessageBody) };
}

function toMessage([MessageId, Body]: readonly [string, string]): object {
  const Attributes = { ApproximateReceiveCount: "1" };
  return { MessageId, Body, MD5OfBody: md5(Body), ReceiptHandle: `r-${MessageId}`, Attributes };
}

/** SQS's own check of what it took and gave, which the SDK repeats. */
function md5(text: string): string {
  return createHash("md5").update(text).digest("hex");
}
