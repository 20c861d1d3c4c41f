import { type CloseReport, ConfigError, type SendOutcome } from "@wirekit/core";
import type { Deadline } from "@wirekit/core/kit";
import type { BusLifecycle } from "./bus-lifecycle.ts";
import { checkSendOptions, checkText, type FindTargetFault } from "./bus-options.ts";
import { closedError } from "./errors.ts";
import type { SendManyOptions, SendOptions, SentMessage } from "./message-bus.ts";
import { type BrokerReceipt, type Outgoing, Send, SendAccounts, type TextContent } from "./outgoing.ts";
import { submitInSpan } from "./spans.ts";
import { encodeMessage } from "./wire/encode-message.ts";
import type { SendableMessage } from "./wire/message.ts";

/** Where a text goes that is sent as it is, and what goes beside it. */
export interface SendTextOptions extends SendOptions {
  readonly headers?: Readonly<Record<string, string>> | undefined;
}

/** What a bus brings to its sends. */
export interface BusSendsOptions<Receipt extends BrokerReceipt> {
  /** The kind of bus, in OpenTelemetry's words: `"kafka"`, `"aws_sqs"`. */
  readonly system: string;
  readonly findTargetFault: FindTargetFault;
  /** Sends one text, and settles it once. If it throws, nothing was sent, and it has not settled it. */
  readonly submit: (outgoing: Outgoing<Receipt>) => void;
  readonly life: BusLifecycle;
}

/** The sends of one bus: each is checked, written, sent inside a span, counted once, and gets one outcome. */
export class BusSends<Receipt extends BrokerReceipt> {
  readonly #options: BusSendsOptions<Receipt>;
  readonly #accounts: SendAccounts;

  constructor(options: BusSendsOptions<Receipt>) {
    this.#options = options;
    this.#accounts = new SendAccounts(options.life);
  }

  sendMessage(message: SendableMessage, options: SendOptions): Promise<SentMessage & Receipt> {
    return new Promise((resolve, reject) => {
      const send = new Send<Receipt>({ message }, this.#accounts, { resolve, reject });
      send.orRefuse(() => this.#start(send, options));
    });
  }

  /** Sends a text as it is, without looking at it. */
  sendText(content: TextContent, options: SendOptions): Promise<SentMessage & Receipt> {
    return new Promise((resolve, reject) => {
      const send = new Send<Receipt>(content, this.#accounts, { resolve, reject });
      send.orRefuse(() => {
        checkText(content);
        this.#start(send, options);
      });
    });
  }

  /**
   * Sends each message with its own key, all in this turn, so that no other send gets between two of one key.
   * Rejects only if `messages` is no list.
   */
  sendMany(
    messages: readonly SendableMessage[],
    options: SendManyOptions,
  ): Promise<SendOutcome<SentMessage & Receipt>[]> {
    if (!Array.isArray(messages))
      return Promise.reject(new ConfigError([{ path: "messages", message: "must be a list" }]));
    // Not by `map`, which passes over what is missing in the list.
    const outcomes = Array.from(
      messages as readonly SendableMessage[],
      (message, index) =>
        new Promise<SendOutcome<SentMessage & Receipt>>((tell) => {
          const send = new Send<Receipt>({ message }, this.#accounts, { tell });
          send.orRefuse(() => this.#start(send, withKeyOf(options, message, index)));
        }),
    );
    return Promise.all(outcomes);
  }

  /**
   * Takes nothing more, has `closeSenders` tell all outcomes, and returns the messages that were given up by
   * that.
   */
  async close(
    deadline: Deadline,
    closeSenders: () => Promise<void>,
  ): Promise<Pick<CloseReport<SendableMessage>, "notSent" | "unconfirmed">> {
    this.#accounts.isClosed = true;
    await closeSenders();
    // A span can still be open around a send that has its outcome.
    await deadline.limit("Ending spans", () => this.#accounts.whenAllSettled()).catch(() => undefined);
    return this.#accounts.left;
  }

  readonly #submit = (outgoing: Outgoing<Receipt>): void => {
    if (this.#accounts.isClosed) throw closedError();
    this.#options.submit(outgoing);
  };

  #start(send: Send<Receipt>, options: SendOptions): void {
    const { findTargetFault, system } = this.#options;
    checkSendOptions(options, findTargetFault);
    options.signal?.throwIfAborted();
    // What is `undefined` is refused there, as everything that is no message.
    send.address(options, send.isText ? send.text : encodeMessage(send.message as SendableMessage));
    submitInSpan(system, send, this.#submit);
  }
}

function withKeyOf(options: SendManyOptions, message: SendableMessage, index: number): SendOptions {
  const key = (options as SendManyOptions | undefined)?.key;
  return typeof key === "function" ? { ...options, key: key(message, index) } : (options as SendOptions);
}
