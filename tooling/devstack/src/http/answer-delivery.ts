import type { ServerResponse } from "node:http";
import { pause } from "../faults/hold.ts";
import { type Answer, bodyBytes } from "./answer.ts";
import type { BodyFault } from "./http-fault.ts";

/** How a body is sent: whole, or as a fault wants it. */
export type BodyDelivery = BodyFault | { readonly kind: "whole" };

/** What sending an answer needs to know besides the answer. */
export interface DeliveryContext {
  /** The server's time, in milliseconds since 1970: its `Date`. */
  readonly now: number;
  /** Aborted when a stalled or slow body is to go on at once. */
  readonly released: AbortSignal;
  /** Aborted when the connection is gone. */
  readonly gone: AbortSignal;
}

/**
 * Sends `answer`, its body in the manner of `delivery`. Resolves when it is sent or the connection is gone.
 */
export async function deliver(
  response: ServerResponse,
  answer: Answer,
  delivery: BodyDelivery,
  { now, ...waiting }: DeliveryContext,
): Promise<void> {
  const length = delivery.kind === "endless" ? {} : { "content-length": String(answer.body.length) };
  response.sendDate = false;
  response.writeHead(answer.status, { date: new Date(now).toUTCString(), ...length, ...answer.headers });
  const { body } = answer;
  switch (delivery.kind) {
    case "whole":
      return finish(response, body);
    case "slow":
      return sendSlowly(response, body, delivery, waiting);
    case "stall": {
      const { afterBytes = body.length >> 1 } = delivery;
      await write(response, body.subarray(0, afterBytes));
      if ((await pause(undefined, waiting)) === "gone") return;
      return finish(response, body.subarray(afterBytes));
    }
    case "truncate":
      await write(response, body.subarray(0, delivery.afterBytes ?? body.length >> 1));
      // Not `response.end()`, which refuses a body that is shorter than was announced.
      response.socket?.destroySoon();
      return;
    case "endless":
      return sendForever(response);
  }
}

async function sendSlowly(
  response: ServerResponse,
  body: Buffer,
  { chunkBytes, intervalMs }: { readonly chunkBytes: number; readonly intervalMs: number },
  waiting: Omit<DeliveryContext, "now">,
): Promise<void> {
  // A body that comes slowly has a head that comes at once.
  response.flushHeaders();
  for (let offset = 0; offset < body.length; offset += chunkBytes) {
    if ((await pause(intervalMs, waiting)) === "gone") return;
    await write(response, body.subarray(offset, offset + chunkBytes));
  }
  return finish(response, Buffer.alloc(0));
}

async function sendForever(response: ServerResponse): Promise<void> {
  await write(response, bodyBytes('["'));
  const filler = Buffer.alloc(16 * 1024, "x");
  // Each write waits until the socket has taken the last, so that neither memory nor the event loop is
  // flooded.
  while (!response.destroyed) await write(response, filler);
}

function finish(response: ServerResponse, rest: Buffer): Promise<void> {
  return new Promise((resolve) => {
    if (response.destroyed) return resolve();
    response.once("close", resolve);
    response.end(rest, () => resolve());
  });
}

function write(response: ServerResponse, chunk: Buffer): Promise<void> {
  return new Promise((resolve) => {
    if (response.destroyed) return resolve();
    const done = () => {
      response.removeListener("close", done);
      resolve();
    };
    response.once("close", done);
    if (chunk.length === 0) {
      response.flushHeaders();
      return done();
    }
    response.write(chunk, done);
  });
}
