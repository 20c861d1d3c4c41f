import type { Logger } from "@wirekit/core";
import {
  type Credentials,
  KindoClient,
  type ProducerPayload,
  type SendManyProgress,
  type SendManyReport,
  type SendReceipt,
} from "@wirekit/kindo-client";
import { readMessages } from "./message-file.ts";
import { orderStatusUpdate, paymentProcessed, systemEvent, userNotification } from "./messages.ts";

export interface OrderServiceOptions {
  /** The Kindo Producer that most messages go to. */
  readonly url: string;
  /** The one that passes text messages on: it stands in another region. */
  readonly textMessagesUrl: string;
  /** Left out, the standard AWS chain finds them: environment, profile, container, instance. */
  readonly credentials?: Credentials | undefined;
  readonly logger?: Logger | undefined;
}

/**
 * The part of an order service that tells the world what happens. It holds its clients for as long as it
 * lives: each has a pool of connections and a compiled schema, which to make anew for every message would be
 * the expensive part.
 */
export class OrderService {
  readonly #kindo: KindoClient;
  readonly #textMessages: KindoClient;

  constructor({ url, textMessagesUrl, credentials, logger }: OrderServiceOptions) {
    this.#kindo = new KindoClient({ url, credentials, logger });
    this.#textMessages = new KindoClient({ url: textMessagesUrl, region: "us-east-1", credentials, logger });
  }

  notifyUser(notification: Parameters<typeof userNotification>[0]): Promise<SendReceipt> {
    return this.#kindo.send(userNotification(notification));
  }

  recordPayment(payment: Parameters<typeof paymentProcessed>[0]): Promise<SendReceipt> {
    return this.#kindo.send(paymentProcessed(payment));
  }

  updateOrderStatus(order: Parameters<typeof orderStatusUpdate>[0]): Promise<SendReceipt> {
    return this.#textMessages.send(orderStatusUpdate(order));
  }

  logSystemEvent(event: Parameters<typeof systemEvent>[0]): Promise<SendReceipt> {
    return this.#kindo.send(systemEvent(event));
  }

  /** A message that somebody else has put together, such as one that was kept for a second try. */
  forward(message: ProducerPayload): Promise<SendReceipt> {
    return this.#kindo.send(message);
  }

  /**
   * Sends every message of a JSONL file. Resolves with what became of each one; no failure of one stops the
   * others.
   */
  sendFile(
    path: string,
    options: {
      readonly onProgress?: (progress: SendManyProgress) => void;
      readonly signal?: AbortSignal;
    } = {},
  ): Promise<SendManyReport> {
    return this.#kindo.sendMany(readMessages(path), { concurrency: 16, ...options });
  }

  /** Finishes what is being sent, and lets go of the connections. */
  async close(): Promise<void> {
    await Promise.all([this.#kindo.close(), this.#textMessages.close()]);
  }
}
