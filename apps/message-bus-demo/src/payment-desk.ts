import { MemoryIdempotencyStore } from "@wirekit/core/inbound";
import { createMessage, type MessageBus, type MessageConsumer, type SentMessage } from "@wirekit/message-bus";
import type { Payment } from "./payment.ts";
import type { PaymentTargets } from "./payment-targets.ts";

/** What the desk is told of a payment. */
export interface PaymentAnswer {
  readonly reference: string;
  readonly status: string;
}

/** Where customers ask for payments, and hear what became of them. */
export class PaymentDesk {
  readonly #bus: MessageBus;
  readonly #targets: PaymentTargets;
  readonly #serviceToken: string;

  constructor(bus: MessageBus, options: { readonly targets: PaymentTargets; readonly serviceToken: string }) {
    this.#bus = bus;
    this.#targets = options.targets;
    this.#serviceToken = options.serviceToken;
  }

  /**
   * Resolves once the bus has taken the payment. Those of one customer are booked in the order of the calls.
   */
  pay({ idempotencyKey, customer, reference, currency, value }: Payment): Promise<SentMessage> {
    const instruction = createMessage({
      source: "BANKING_SERVICE",
      serviceToken: this.#serviceToken,
      instructionType: "PAYMENT",
      idempotencyKey,
      payload: {
        externalReference: reference,
        reference,
        bankAccountNumber: customer,
        currency,
        value,
        source: "DESK",
        direction: "OUTBOUND",
      },
    });
    return this.#bus.sendMessage(instruction, { target: this.#targets.payments, key: customer });
  }

  /** Hears every answer, once. */
  hearAnswers(onAnswer: (answer: PaymentAnswer) => void): MessageConsumer {
    return this.#bus.consume(
      {
        target: this.#targets.answers,
        groupId: "payment-desk",
        idempotency: { store: new MemoryIdempotencyStore() },
      },
      (message) => {
        if (message.kind === "STATUS_UPDATE") onAnswer(message.payload);
      },
    );
  }
}
