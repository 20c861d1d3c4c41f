import { LinkedList, type ListMember } from "./linked-list.ts";

/** One callback that waits for the signal. */
interface Waiter extends ListMember<Waiter> {
  readonly callback: () => void;
}

/** All callbacks that wait on one signal, and the one listener that calls them. */
interface Listening {
  readonly waiters: LinkedList<Waiter>;
  readonly listener: () => void;
}

/**
 * One listener per signal, however many calls wait on it. Runtimes warn of a leak at the eleventh listener of
 * a signal, and a program may well send many messages under one signal.
 */
const listenings = new WeakMap<AbortSignal, Listening>();

/**
 * Calls `callback`, which must not throw, once when `signal` is aborted, and at once when it is aborted
 * already. The returned function prevents that, and leaves nothing behind on the signal.
 */
export function onAbort(signal: AbortSignal, callback: () => void): () => void {
  if (signal.aborted) {
    callback();
    return nothing;
  }
  const listening = listenings.get(signal) ?? listen(signal);
  const { waiters } = listening;
  const waiter: Waiter = { callback, previous: undefined, next: undefined, list: undefined };
  waiters.append(waiter);
  return () => {
    if (!waiters.remove(waiter) || waiters.size > 0 || signal.aborted) return;
    signal.removeEventListener("abort", listening.listener);
    listenings.delete(signal);
  };
}

function listen(signal: AbortSignal): Listening {
  const waiters = new LinkedList<Waiter>();
  const listener = () => {
    for (let waiter = waiters.shift(); waiter !== undefined; waiter = waiters.shift()) waiter.callback();
  };
  const listening = { waiters, listener };
  listenings.set(signal, listening);
  signal.addEventListener("abort", listener, { once: true });
  return listening;
}

function nothing(): void {}
