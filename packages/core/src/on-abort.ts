import { LinkedList } from "./linked-list.ts";

/** What is to be called when a signal is aborted, and the one listener that calls it. */
interface Listening {
  readonly callbacks: LinkedList<() => void>;
  readonly listener: () => void;
}

/**
 * One listener per signal, however many calls wait on it. Runtimes warn of a leak from the eleventh listener on one
 * signal, and a program that sends many messages under one signal is no leak.
 */
const listenings = new WeakMap<AbortSignal, Listening>();

/**
 * Calls `callback`, which must not throw, once when `signal` is aborted, and at once when it is aborted already.
 * The returned function prevents that, and leaves nothing behind on the signal.
 */
export function onAbort(signal: AbortSignal, callback: () => void): () => void {
  if (signal.aborted) {
    callback();
    return nothing;
  }
  const listening = listenings.get(signal) ?? listen(signal);
  const item = listening.callbacks.push(callback);
  return () => {
    if (!listening.callbacks.remove(item) || listening.callbacks.size > 0 || signal.aborted) return;
    signal.removeEventListener("abort", listening.listener);
    listenings.delete(signal);
  };
}

function listen(signal: AbortSignal): Listening {
  const callbacks = new LinkedList<() => void>();
  const listener = () => {
    for (let callback = callbacks.shift(); callback !== undefined; callback = callbacks.shift()) callback();
  };
  const listening = { callbacks, listener };
  listenings.set(signal, listening);
  signal.addEventListener("abort", listener, { once: true });
  return listening;
}

function nothing(): void {}
