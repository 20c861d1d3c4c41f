/** The queues or topics that the payment service and its customers' desk have in common. */
export interface PaymentTargets {
  /** `PAYMENT` instructions, by customer. */
  readonly payments: string;
  /** `STATUS_UPDATE` instructions: what became of each payment. */
  readonly answers: string;
  /** Payments that were given up, with the reason beside them. */
  readonly deadLetters: string;
}

/** `suffix` is `.fifo` on SQS, where only such queues keep an order. */
export function paymentTargets({
  prefix = "",
  suffix = "",
}: {
  readonly prefix?: string | undefined;
  readonly suffix?: string | undefined;
} = {}): PaymentTargets {
  return {
    payments: `${prefix}payments${suffix}`,
    answers: `${prefix}payment-answers${suffix}`,
    deadLetters: `${prefix}payments-dead${suffix}`,
  };
}
