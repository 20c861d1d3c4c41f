import type { CloseReport, SendOutcome } from "@wirekit/core";
import type { Deadline } from "@wirekit/core/kit";
import type { BusLifecycle } from "./bus-lifecycle.ts";
import { checkSendOptions, type FindTargetFault } from "./bus-options.ts";
import { closedError } from "./errors.ts";
import type { SendManyOptions, SendOptions, SentMessage } from "./message-bus.ts";
import { type BrokerReceipt, type Outgoing, Send, SendAccounts } from "./outgoing.ts";
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
      this.#start(new Send<Receipt>({ message }, this.#accounts, { resolve, reject }), options);
    });
  }

  /** Sends a text as it is, without looking at it. */
  sendText(
    text: string,
    { headers, deliveryId, ...options }: SendTextOptions & { readonly deliveryId?: string | undefined },
  ): Promise<SentMessage & Receipt> {
    return new Promise((resolve, reject) => {
      const content = { text, headers, deliveryId };
      this.#start(new Send<Receipt>(content, this.#accounts, { resolve, reject }), options);
    });
  }

  /**
   * Sends each message with its own key, all in this turn, so that no other send gets between two of one key.
   * Never rejects.
   */
  sendMany(
    messages: readonly SendableMessage[],
    options: SendManyOptions,
  ): Promise<SendOutcome<SentMessage & Receipt>[]> {
    const { key } = options ?? {};
    const outcomes = messages.map(
      (message, index) =>
        new Promise<SendOutcome<SentMessage & Receipt>>((tell) => {
          const send = new Send<Receipt>({ message }, this.#accounts, { tell });
          if (typeof key !== "function") return this.#start(send, { ...options, key });
          send.orRefuse(() => this.#start(send, { ...options, key: key(message, index) }));
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
    send.orRefuse(() => {
      const { findTargetFault, system } = this.#options;
      checkSendOptions(options, findTargetFault);
      options.signal?.throwIfAborted();
      const { message } = send;
      send.address(options, message === undefined ? send.text : encodeMessage(message));
      submitInSpan(system, send, this.#submit);
    });
  }
}
