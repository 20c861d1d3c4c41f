import { type Clock, systemClock } from "../clock.ts";
import { TimeoutError } from "../errors/timeout-error.ts";
import { onAbort } from "./on-abort.ts";

/** The options of every call that waits. */
export interface WaitOptions {
  /** Ends the wait; the call rejects with this signal's own reason. */
  readonly signal?: AbortSignal | undefined;
  /** The longest the call may take, in milliseconds. */
  readonly timeoutMs?: number | undefined;
}

/**
 * Resolves after `durationMs`, or rejects with the signal's reason as soon as it is aborted.
 * No timer and no listener is left behind either way.
 */
export function sleep(
  durationMs: number,
  options: { readonly signal?: AbortSignal | undefined; readonly clock?: Clock | undefined } = {},
): Promise<void> {
  const { signal, clock = systemClock } = options;
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason);
    let stopListening: (() => void) | undefined;
    const cancelTimer = clock.setTimer(() => {
      stopListening?.();
      resolve();
    }, durationMs);
    if (signal === undefined) return;
    stopListening = onAbort(signal, () => {
      cancelTimer();
      reject(signal.reason);
    });
  });
}

/** A signal that follows others, and the function that detaches it from them. */
export interface LinkedSignal {
  readonly signal: AbortSignal;
  /** Stops listening. Without it, a long-lived parent would gather one callback for every call. */
  release(): void;
}

/**
 * A signal that is aborted, with the same reason, as soon as one of `signals` is. Absent ones are ignored.
 */
export function anySignal(...signals: readonly (AbortSignal | undefined)[]): LinkedSignal {
  const controller = new AbortController();
  const releases: (() => void)[] = [];
  const release = () => {
    for (const stopListening of releases) stopListening();
  };
  for (const parent of signals) {
    if (parent === undefined) continue;
    const stopListening = onAbort(parent, () => {
      controller.abort(parent.reason);
      release();
    });
    releases.push(stopListening);
    if (controller.signal.aborted) break;
  }
  return { signal: controller.signal, release };
}

/**
 * Runs `task` with a signal that is aborted when `signal` is, or after `timeoutMs` (none: no limit), and
 * settles as soon as either happens, whether or not `task` heeds its signal.
 *
 * @throws TimeoutError when the time is over; the signal's own reason when it is aborted.
 */
export async function withTimeout<T>(
  what: string,
  task: (signal: AbortSignal) => Promise<T>,
  options: WaitOptions & { readonly clock?: Clock | undefined } = {},
): Promise<T> {
  const { signal, timeoutMs, clock = systemClock } = options;
  signal?.throwIfAborted();
  const timer = new AbortController();
  const linked = anySignal(signal, timer.signal);
  const cancelTimer =
    timeoutMs === undefined || timeoutMs === Number.POSITIVE_INFINITY
      ? undefined
      : clock.setTimer(() => timer.abort(new TimeoutError(what, timeoutMs)), timeoutMs);
  try {
    return await rejectOnAbort(task(linked.signal), linked.signal);
  } finally {
    cancelTimer?.();
    linked.release();
  }
}

/** Settles as `promise` does, or rejects with the signal's reason if that comes first. */
export function rejectOnAbort<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    const stopListening = onAbort(signal, () => reject(signal.reason));
    promise.then(
      (value) => {
        stopListening();
        resolve(value);
      },
      (error: unknown) => {
        stopListening();
        reject(error);
      },
    );
  });
}
