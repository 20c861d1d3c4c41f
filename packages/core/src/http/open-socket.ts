import type { Socket } from "node:net";
import type { buildConnector } from "undici";
import type { Clock } from "../clock.ts";
import { afterInput } from "./exchange.ts";

/** What opens a socket, where to, and the time it has. */
export interface SocketRequest {
  readonly connect: buildConnector.connector;
  readonly target: buildConnector.Options;
  readonly timeoutMs: number;
  readonly clock: Clock;
  /** Makes the error for a time-out. */
  timeoutError(): Error;
}

/**
 * Opens a socket and tells `done` of it, or of what went wrong, exactly once. The returned function gives up: `done` is
 * told the error it is called with, and what was under way is ended.
 */
export function openSocket(
  { connect, target, timeoutMs, clock, timeoutError }: SocketRequest,
  done: (error: Error | undefined, socket: Socket | undefined) => void,
): (error: Error) => void {
  let isDone = false;
  let connecting: unknown;
  const finish = (error: Error | undefined, socket: Socket | undefined): void => {
    isDone = true;
    cancelTimer();
    done(error, socket);
  };
  const giveUp = (error: Error): void => {
    if (isDone) return;
    finish(error, undefined);
    if (isDestroyable(connecting)) connecting.destroy();
  };
  const cancelTimer = clock.setTimer(() => afterInput(() => giveUp(timeoutError())), timeoutMs);
  try {
    // What is returned is the socket, though the types do not say so. Should it not be, an attempt that was given up
    // ends by the library's own time-out, somewhat later.
    connecting = connect(target, (error, socket) => {
      if (isDone) socket?.destroy();
      else finish(error ?? undefined, socket ?? undefined);
    });
  } catch (thrown) {
    // TLS reads keys and certificates at once, and throws on a malformed one.
    giveUp(thrown as Error);
  }
  return giveUp;
}

function isDestroyable(value: unknown): value is { destroy(): void } {
  return typeof value === "object" && value !== null && "destroy" in value;
}
