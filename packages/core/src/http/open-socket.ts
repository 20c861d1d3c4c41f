import type { Socket } from "node:net";
import type { buildConnector } from "undici";
import type { Clock } from "../clock.ts";
import { afterInput } from "../kit/after-input.ts";

/** How to open a socket, where to, and within what time. */
export interface SocketRequest {
  readonly connect: buildConnector.connector;
  readonly target: buildConnector.Options;
  readonly timeoutMs: number;
  readonly clock: Clock;
  /** Makes the error for a time-out. */
  timeoutError(): Error;
}

/** Told how it ended: exactly one of the two is called, once. */
export interface SocketOutcome {
  opened(socket: Socket): void;
  failed(error: Error): void;
}

/**
 * Opens a socket. The returned function gives up: the attempt has failed with the error that it is called
 * with, and what was under way is ended.
 */
export function openSocket(
  { connect, target, timeoutMs, clock, timeoutError }: SocketRequest,
  { opened, failed }: SocketOutcome,
): (error: Error) => void {
  let isDone = false;
  let connecting: unknown;
  const finish = (): void => {
    isDone = true;
    cancelTimer();
  };
  const giveUp = (error: Error): void => {
    if (isDone) return;
    finish();
    failed(error);
    if (isDestroyable(connecting)) connecting.destroy();
  };
  const cancelTimer = clock.setTimer(() => afterInput(() => giveUp(timeoutError())), timeoutMs);
  try {
    // What is returned is the socket, though the types do not say so. Should it not be, an attempt that was
    // given up ends by the library's own time-out, somewhat later.
    connecting = connect(target, (error, socket) => {
      if (error !== null) return giveUp(error);
      if (isDone) return void socket.destroy();
      finish();
      opened(socket);
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
