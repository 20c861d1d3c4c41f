import type { ServerResponse } from "node:http";

/** How a pause ended: it is over, or the connection is gone and there is nobody to go on for. */
export type PauseEnd = "over" | "gone";

/** Waits until `released` resolves. */
export function untilReleased(response: ServerResponse, released: Promise<void>): Promise<PauseEnd> {
  return pauseUntil(response, (over) => {
    released.then(over, over);
    return () => {};
  });
}

/** Waits for `durationMs`, or until `released` resolves if that comes first. */
export function pause(
  response: ServerResponse,
  durationMs: number,
  released: Promise<void>,
): Promise<PauseEnd> {
  return pauseUntil(response, (over) => {
    const timer = setTimeout(over, durationMs);
    const stop = () => clearTimeout(timer);
    released.then(() => {
      stop();
      over();
    }, over);
    return stop;
  });
}

function pauseUntil(response: ServerResponse, start: (over: () => void) => () => void): Promise<PauseEnd> {
  return new Promise((resolve) => {
    if (response.destroyed) return resolve("gone");
    let stop = () => {};
    const gone = () => {
      stop();
      resolve("gone");
    };
    response.once("close", gone);
    stop = start(() => {
      response.removeListener("close", gone);
      resolve("over");
    });
  });
}
