import type { AwsMessaging, PublishReceipt } from "@wirekit/aws-messaging";
import { type Order, OrderPlaced } from "./order-placed.ts";

/** The part of an order service that tells the others what was ordered. */
export class OrderService {
  readonly #messaging: AwsMessaging;

  constructor(messaging: AwsMessaging) {
    this.#messaging = messaging;
  }

  /** Resolves once SNS has taken the event. Calls made together share requests, ten to each. */
  place(order: Order): Promise<PublishReceipt> {
    return this.#messaging.publishEvent(OrderPlaced(order));
  }
}
