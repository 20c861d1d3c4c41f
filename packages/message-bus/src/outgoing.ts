import {
  ClosedError,
  type CloseReport,
  MessageTooLargeError,
  type SendOutcome,
  UnconfirmedError,
  ValidationError,
  type WirekitError,
} from "@wirekit/core";
import { failedOutcome } from "@wirekit/core/kit";
import type { BatchOutcome } from "@wirekit/core/outbound";
import type { BusLifecycle } from "./bus-lifecycle.ts";
import { closedError } from "./errors.ts";
import type { SendOptions, SentMessage } from "./message-bus.ts";
import type { OriginalBytes } from "./original-bytes.ts";
import type { SendableMessage } from "./wire/message.ts";

/** What a broker says of a message that it has taken. */
export interface BrokerReceipt {
  readonly messageId: string;
}

/** A text that is sent as it is, and what goes beside it. */
export interface TextContent {
  readonly text: string;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  readonly original?: OriginalBytes | undefined;
  readonly deliveryId?: string | undefined;
}

/** What is to be sent: a message, or a text as it is. */
type SendContent = { readonly message: SendableMessage } | TextContent;

/** One text on its way to the broker, and the caller that waits for its outcome. */
export interface Outgoing<Receipt extends BrokerReceipt> extends SendOptions {
  readonly text: string;
  /** The message that was made into the text; absent where the text is sent as it is. */
  readonly message: SendableMessage | undefined;
  readonly headers: Readonly<Record<string, string>>;
  /**
   * What is sent in place of `text` and `key`, byte for byte, on a bus that carries bytes. Its headers come
   * before `headers`, which take the place of those that have the same name.
   */
  readonly original?: OriginalBytes | undefined;
  /** Tells a dead letter from every other, and is the same when it is written again. */
  readonly deliveryId: string | undefined;
  /** Tells the outcome, once. `reason` is what a call that rejects rejects with. */
  settle(outcome: BatchOutcome<Receipt>, reason: unknown): void;
}

/** Who waits for a send: a call that rejects if it is not delivered, or one that is told every outcome. */
type SendCaller<Receipt> =
  | {
      readonly resolve: (sent: SentMessage & Receipt) => void;
      readonly reject: (reason: unknown) => void;
      readonly tell?: undefined;
    }
  | { readonly tell: (outcome: SendOutcome<SentMessage & Receipt>) => void };

const noHeaders: Readonly<Record<string, string>> = {};

/**
 * One send from the call to its outcome. One object, because as many wait as there are messages under way.
 */
export class Send<Receipt extends BrokerReceipt> implements Outgoing<Receipt> {
  /** Whether a text is sent as it is. */
  readonly isText: boolean;
  readonly message: SendableMessage | undefined;
  readonly headers: Readonly<Record<string, string>>;
  readonly original: OriginalBytes | undefined;
  readonly deliveryId: string | undefined;
  text: string;
  target = "";
  key: string | undefined = undefined;
  signal: AbortSignal | undefined = undefined;
  timeoutMs: number | undefined = undefined;
  /** Whether `close` has to report it: a message, and given before the bus was closed. */
  readonly isReported: boolean;
  readonly #accounts: SendAccounts;
  readonly #caller: SendCaller<Receipt>;

  constructor(content: SendContent, accounts: SendAccounts, caller: SendCaller<Receipt>) {
    // Not by whether there is a message: `undefined` is to be refused, and not sent as an empty text.
    const texts = "text" in content ? content : undefined;
    this.isText = texts !== undefined;
    this.text = texts?.text ?? "";
    this.message = "text" in content ? undefined : content.message;
    this.headers = texts?.headers ?? noHeaders;
    this.original = texts?.original;
    this.deliveryId = texts?.deliveryId;
    this.isReported = !this.isText && !accounts.isClosed;
    this.#accounts = accounts;
    this.#caller = caller;
    accounts.accept();
  }

  /** Runs `start`, and settles the send if it throws: then nothing has left. */
  orRefuse(start: () => void): void {
    try {
      start();
    } catch (thrown) {
      this.#end(failedOutcome(thrown), thrown);
    }
  }

  /** Says what goes out, and where to, once that is checked. */
  address({ target, key, signal, timeoutMs }: SendOptions, text: string): void {
    this.target = target;
    // An empty key counts as no key, as on every client of the bus.
    this.key = key === "" ? undefined : key;
    this.signal = signal;
    this.timeoutMs = timeoutMs;
    this.text = text;
  }

  settle(outcome: BatchOutcome<Receipt>, reason: unknown): void {
    if (outcome.kind !== "delivered" && isClosing(reason) && causeOf(reason) !== this.signal?.reason) {
      // The caller knows a bus, and none of the senders that it is made of.
      const closed = reason instanceof ClosedError ? closedError() : unconfirmedByClosing();
      this.#end(failedOutcome(closed), closed);
      return;
    }
    this.#accounts.note(this, outcome, reason);
    this.#end(outcome, reason);
  }

  #end(outcome: BatchOutcome<Receipt>, reason: unknown): void {
    this.#accounts.settle(this, outcome, reason);
    const { target } = this;
    const caller = this.#caller;
    if (outcome.kind !== "delivered") {
      if (caller.tell === undefined) caller.reject(reason);
      else caller.tell(outcome);
      return;
    }
    const { kind, attempts, latencyMs, receipt } = outcome;
    if (caller.tell === undefined) caller.resolve({ target, ...receipt });
    else caller.tell({ kind, attempts, latencyMs, target, ...receipt });
  }
}

/** The facts of a send that its accounts are kept by. */
type SendFacts = Pick<Send<never>, "message" | "target" | "signal" | "isReported">;

/** Counts the sends of one bus, keeps what `close` has to report, and tells the bus's health what fails. */
export class SendAccounts {
  readonly #life: BusLifecycle;
  /**
   * The targets that the last send did not reach, and whether a send to another target shows that the broker
   * works again.
   */
  readonly #failing = new Map<string, { readonly isPassing: boolean }>();
  #onAllSettled: () => void = () => undefined;
  isClosed = false;
  /** Messages that were given up because the bus was closed. */
  readonly left: Pick<CloseReport<SendableMessage>, "notSent" | "unconfirmed"> & {
    readonly notSent: SendableMessage[];
    readonly unconfirmed: SendableMessage[];
  } = { notSent: [], unconfirmed: [] };

  constructor(life: BusLifecycle) {
    this.#life = life;
  }

  accept(): void {
    this.#life.counters.sends.accept();
  }

  /** Notes what the broker has done with a message, for the bus's health. */
  note({ target, signal }: SendFacts, outcome: BatchOutcome<object>, reason: unknown): void {
    if (outcome.kind === "delivered") {
      // Most of the time there is nothing to clear, and no text to be made for it.
      if (this.#failing.size > 0) this.#recover(target);
      return;
    }
    const isOwnDoing = signal?.aborted === true && causeOf(reason) === signal.reason;
    if (isOwnDoing || isOfTheMessage(outcome.error)) return;
    this.#failing.set(target, {
      isPassing: outcome.error.retryable || outcome.kind === "unconfirmed",
    });
    this.#life.report(areaOf(target), outcome.error);
  }

  #recover(reached: string): void {
    for (const [target, { isPassing }] of this.#failing) {
      if (target !== reached && !isPassing) continue;
      this.#failing.delete(target);
      this.#life.clear(areaOf(target));
    }
  }

  settle({ message, signal, isReported }: SendFacts, outcome: BatchOutcome<object>, reason: unknown): void {
    this.#life.counters.sends.settle(outcome.kind);
    const isGivenUp = outcome.kind !== "delivered" && isClosing(reason) && causeOf(reason) !== signal?.reason;
    if (isGivenUp && isReported && message !== undefined) {
      this.left[outcome.kind === "unconfirmed" ? "unconfirmed" : "notSent"].push(message);
    }
    if (this.isClosed && this.#pending === 0) this.#onAllSettled();
  }

  /** Resolves when every send has its outcome. */
  whenAllSettled(): Promise<void> {
    return new Promise((resolve) => {
      this.#onAllSettled = resolve;
      if (this.#pending === 0) resolve();
    });
  }

  get #pending(): number {
    return this.#life.counters.sends.stats().pending;
  }
}

function unconfirmedByClosing(): UnconfirmedError {
  return new UnconfirmedError("The message", { cause: closedError() });
}

/** What is wrong with one message says nothing of the broker. */
function isOfTheMessage(error: WirekitError): boolean {
  return error instanceof MessageTooLargeError || error instanceof ValidationError;
}

function areaOf(target: string): string {
  return `sending to ${target}`;
}

function isClosing(reason: unknown): boolean {
  return causeOf(reason) instanceof ClosedError;
}

function causeOf(reason: unknown): unknown {
  return reason instanceof UnconfirmedError ? reason.cause : reason;
}
