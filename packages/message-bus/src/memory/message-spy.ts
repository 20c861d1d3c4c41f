import { type Clock, systemClock, TimeoutError, type WaitOptions } from "@wirekit/core";
import { Faults, onAbort, option, readOptions } from "@wirekit/core/kit";
import { waitRules } from "../bus-options.ts";
import { closedError } from "../errors.ts";
import type { MessageBusMessage, UnknownKindMessage } from "../wire/message.ts";

/** Where a message has got to: it was sent, given to a group, acknowledged by that group. */
export type MessageStage = "sent" | "received" | "acknowledged";

/** Something has happened to a message. */
export interface MessageEvent {
  readonly stage: MessageStage;
  readonly target: string;
  /** The group that it happened in; absent when it was sent. */
  readonly groupId?: string | undefined;
  readonly key?: string | undefined;
  /** How often the group has received it; absent when it was sent. */
  readonly attempt?: number | undefined;
  /** The message; undefined where the body is no valid message. */
  readonly message: MessageBusMessage | UnknownKindMessage | undefined;
  readonly raw: string;
}

/** Which message is waited for. */
export type MessagePredicate = (
  message: MessageBusMessage | UnknownKindMessage,
  event: MessageEvent,
) => boolean;

/** How it is waited for. */
export interface WaitForMessageOptions extends WaitOptions {
  readonly target?: string | undefined;
  readonly groupId?: string | undefined;
  /** Default: any, and so the first, which is `"sent"`. */
  readonly stage?: MessageStage | undefined;
  /**
   * The longest to wait, in milliseconds of the system's clock, whatever the bus's clock says. Default 5,000.
   */
  readonly timeoutMs?: number | undefined;
}

const rulesOfWait = {
  target: option.text(),
  groupId: option.text(),
  stage: option.oneOf<MessageStage, object>(["sent", "received", "acknowledged"]),
  ...waitRules,
};

/** @throws ConfigError naming everything at fault. */
export function checkWaitForMessage(predicate: unknown, options: unknown = {}): void {
  const faults = new Faults();
  if (typeof predicate !== "function") faults.add({ path: "predicate", message: "must be a function" });
  readOptions(options, rulesOfWait, faults);
  faults.throwIfAny();
}

interface Watcher {
  see(event: MessageEvent): void;
  fail(reason: unknown): void;
}

/** Remembers what has happened to messages, and tells those who wait for it. */
export class MessageSpy {
  readonly #maxEvents: number;
  readonly #clock: Clock;
  readonly #events: MessageEvent[] = [];
  readonly #watchers = new Set<Watcher>();
  #closed = false;

  constructor(maxEvents: number, clock: Clock = systemClock) {
    this.#maxEvents = maxEvents;
    this.#clock = clock;
  }

  record(event: MessageEvent): void {
    this.#events.push(event);
    if (this.#events.length > this.#maxEvents) this.#events.shift();
    for (const watcher of [...this.#watchers]) watcher.see(event);
  }

  /**
   * The first event that fits, whether it has happened already or is yet to happen.
   *
   * @throws TimeoutError when there is none in time; the signal's reason when it is aborted.
   */
  wait(predicate: MessagePredicate, options: WaitForMessageOptions = {}): Promise<MessageEvent> {
    const { signal, timeoutMs = 5_000 } = options;
    const fits = (event: MessageEvent) => matches(event, options) && holds(predicate, event);
    return new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason);
      const past = this.#events.find(fits);
      if (past !== undefined) return resolve(past);
      if (this.#closed) return reject(closedError());

      const leave = () => {
        this.#watchers.delete(watcher);
        stopListening?.();
        cancelTimeout();
      };
      const watcher: Watcher = {
        see: (event) => {
          try {
            if (!fits(event)) return;
          } catch (thrown) {
            // A predicate that throws is its owner's fault, and must not become the fault of whoever sends.
            return watcher.fail(thrown);
          }
          leave();
          resolve(event);
        },
        fail: (reason) => {
          leave();
          reject(reason);
        },
      };
      const cancelTimeout = this.#clock.setTimer(
        () => watcher.fail(new TimeoutError("Waiting for the message", timeoutMs)),
        timeoutMs,
      );
      const stopListening = signal && onAbort(signal, () => watcher.fail(signal.reason));
      this.#watchers.add(watcher);
    });
  }

  /** Forgets what has happened, so that only what is yet to come is found. */
  forget(): void {
    this.#events.length = 0;
  }

  /** Nothing will happen any more; what has happened is still found. */
  close(): void {
    this.#closed = true;
    for (const watcher of [...this.#watchers]) watcher.fail(closedError());
  }
}

function matches(event: MessageEvent, { target, groupId, stage }: WaitForMessageOptions): boolean {
  return (
    (target === undefined || event.target === target) &&
    (groupId === undefined || event.groupId === groupId) &&
    (stage === undefined || event.stage === stage)
  );
}

function holds(predicate: MessagePredicate, event: MessageEvent): boolean {
  return event.message !== undefined && predicate(event.message, event);
}
