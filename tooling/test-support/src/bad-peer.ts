import { createServer as createHttpServer, type ServerResponse } from "node:http";
import { createServer, type Server } from "node:net";
import { createServer as createTlsServer } from "node:tls";
import { listen } from "./listen.ts";

/** Where TLS does not come up: nothing of a request arrives. */
export const tlsFaults = ["closed", "no-tls", "refuses-tls", "resets", "hangs-up", "silent"] as const;

/** What a peer does with a request that it has read. */
export const answerFaults = ["cuts-off", "cuts-off-the-answer", "no-answer", "error-500"] as const;

export type BadPeerFault = (typeof tlsFaults)[number] | (typeof answerFaults)[number];

/** A server on the loopback interface that fails in one way. */
export interface BadPeer {
  /** With `https:` where TLS is what fails. */
  readonly url: string;
  /** How many requests have arrived whole. */
  readonly requests: number;
  /** Resolves when the first one has. */
  readonly requested: Promise<void>;
  close(): Promise<void>;
}

/** Starts a peer that fails in the same way each time. */
export async function startBadPeer(fault: BadPeerFault): Promise<BadPeer> {
  let requests = 0;
  let note: () => void = () => undefined;
  const requested = new Promise<void>((resolve) => {
    note = resolve;
  });
  const server = serverFor(fault, () => {
    requests += 1;
    note();
  });
  const { port, close } = await listen(server);
  if (fault === "closed") await close();
  const isTls = (tlsFaults as readonly string[]).includes(fault);
  return {
    url: `${isTls ? "https" : "http"}://127.0.0.1:${port}`,
    get requests() {
      return requests;
    },
    requested,
    close,
  };
}

function serverFor(fault: BadPeerFault, onRequest: () => void): Server {
  // Without a certificate it shares no cipher with anyone.
  if (fault === "refuses-tls") return createTlsServer().on("tlsClientError", () => undefined);
  if (fault === "resets") return createServer((socket) => void socket.resetAndDestroy());
  if (fault === "hangs-up") return createServer((socket) => void socket.end());
  if (fault === "silent") return createServer((socket) => void socket.resume());
  return createHttpServer((request, response) => {
    request.resume().on("end", () => {
      onRequest();
      answer(fault, response);
    });
  });
}

function answer(fault: BadPeerFault, response: ServerResponse): void {
  if (fault === "cuts-off") response.destroy();
  if (fault === "error-500") response.writeHead(500).end();
  if (fault !== "cuts-off-the-answer") return;
  response.writeHead(200, { "content-length": 1_000 });
  response.write("<Publish", () => response.destroy());
}
