import type { IdempotencyStore } from "@wirekit/core/inbound";
import {
  createMessage,
  type MessageBus,
  type MessageBusMessage,
  type MessageConsumer,
} from "@wirekit/message-bus";
import type { Payment } from "./payment.ts";
import type { PaymentTargets } from "./payment-targets.ts";

/** Books a payment. A payment may come more than once: it has to be recognised by its idempotency key. */
export type BookPayment = (payment: Payment, options: { readonly signal: AbortSignal }) => Promise<void>;

/** How the payment service works. */
export interface PaymentServiceOptions {
  readonly targets: PaymentTargets;
  readonly bookPayment: BookPayment;
  /** Remembers what was handled, so that a copy is not handled again. */
  readonly idempotencyStore: IdempotencyStore;
  /** Of the service itself, for its answers. */
  readonly serviceToken: string;
}

/**
 * Books payments and answers each with its new status, on whichever bus it is given. Eight customers are
 * served at once, the payments of one in their order. A payment is tried three times, while only that
 * customer's next ones wait; then it is a dead letter.
 *
 * Any number of instances share the work: they are of one group.
 */
export function startPaymentService(bus: MessageBus, options: PaymentServiceOptions): MessageConsumer {
  const { targets, bookPayment, idempotencyStore, serviceToken } = options;
  return bus.consume(
    {
      target: targets.payments,
      groupId: "payment-service",
      concurrency: 8,
      retry: { maxAttempts: 3, baseDelayMs: 500, maxDelayMs: 1_000 },
      deadLetter: { target: targets.deadLetters },
      idempotency: { store: idempotencyStore },
    },
    async (message, { signal }) => {
      if (message.kind !== "PAYMENT") throw new Error(`A ${message.kind} is no payment`);
      const payment = paymentOf(message);
      await bookPayment(payment, { signal });
      // Under the payment's own key: whoever gets it twice, because this process died at the wrong moment,
      // can tell.
      const answer = createMessage({
        source: "PAYMENT_SERVICE",
        serviceToken,
        instructionType: "STATUS_UPDATE",
        idempotencyKey: `${payment.idempotencyKey}/answer`,
        payload: { reference: payment.reference, status: "BOOKED" },
      });
      // Without the signal: what is booked is answered, also when this instance is to end or the message is
      // taken from it meanwhile.
      await bus.sendMessage(answer, { target: targets.answers, key: payment.customer });
    },
  );
}

function paymentOf({ metaData, payload }: MessageBusMessage<"PAYMENT">): Payment {
  const { idempotencyKey } = metaData;
  const { bankAccountNumber: customer = "", reference, currency, value } = payload;
  return { idempotencyKey, customer, reference, currency, value };
}
