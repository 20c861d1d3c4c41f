import type { CloseOptions, CloseReport, SendOutcome } from "@wirekit/core";
import { AwsMessaging } from "./aws-messaging.ts";
import type { AwsMessagingConfig } from "./config.ts";
import type { ConsumeOptions, HandlingOptions } from "./consuming/consume-options.ts";
import type { EventConsumer } from "./consuming/event-consumer.ts";
import type { EventHandler } from "./consuming/event-handler.ts";
import type { SubscriptionRegistry } from "./consuming/subscriptions.ts";
import type { DefinedEvent } from "./events/define-event.ts";
import type { EventSchema, Published } from "./events/schema.ts";
import type {
  BatchEvent,
  PublishCall,
  PublishOptions,
  PublishReceipt,
  PublishTarget,
} from "./publishing/publish-options.ts";

/** The client of the functions below lives as long as its configuration. */
const shared = new WeakMap<AwsMessagingConfig, AwsMessaging>();

function messagingFor(config: AwsMessagingConfig): AwsMessaging {
  const known = shared.get(config);
  if (known !== undefined) return known;
  const made = new AwsMessaging(config);
  shared.set(config, made);
  return made;
}

/** As {@link AwsMessaging.publish}, with the client that belongs to `config`. */
export async function publish<Schema extends EventSchema>(
  config: AwsMessagingConfig,
  target: PublishTarget<Schema>,
  event: Published<Schema>,
  options?: PublishOptions,
): Promise<PublishReceipt> {
  return messagingFor(config).publish(target, event, options);
}

/** As {@link AwsMessaging.publishBatch}, with the client that belongs to `config`. */
export async function publishBatch<Schema extends EventSchema>(
  config: AwsMessagingConfig,
  target: PublishTarget<Schema>,
  events: readonly BatchEvent<Schema>[],
  options?: Pick<PublishOptions, "signal" | "timeoutMs">,
): Promise<SendOutcome<PublishReceipt>[]> {
  return messagingFor(config).publishBatch(target, events, options);
}

/** As {@link AwsMessaging.publishEvent}, with the client that belongs to `config`. */
export async function publishEvent<Schema extends EventSchema>(
  config: AwsMessagingConfig,
  event: DefinedEvent<Schema>,
  options?: PublishOptions,
): Promise<PublishReceipt> {
  return messagingFor(config).publishEvent(event, options);
}

/** As {@link AwsMessaging.consume}, with the client that belongs to `config`. */
export function consume<Schema extends EventSchema>(
  config: AwsMessagingConfig,
  options: ConsumeOptions<Schema>,
  handler: EventHandler<Schema>,
): EventConsumer {
  return messagingFor(config).consume(options, handler);
}

/** As {@link AwsMessaging.runConsumer}, with the client that belongs to `config`. */
export async function runConsumer(
  config: AwsMessagingConfig,
  subscriptions: SubscriptionRegistry,
  options?: HandlingOptions,
): Promise<void> {
  return messagingFor(config).runConsumer(subscriptions, options);
}

/** Closes the client that belongs to `config`. The next call with it opens a new one. */
export async function closeMessaging(
  config: AwsMessagingConfig,
  options?: CloseOptions,
): Promise<CloseReport<PublishCall>> {
  const messaging = shared.get(config);
  if (messaging === undefined) return { notSent: [], unconfirmed: [], notHandled: 0 };
  shared.delete(config);
  try {
    return await messaging.close(options);
  } catch (thrown) {
    // A limit that is none: nothing was closed.
    if (!shared.has(config)) shared.set(config, messaging);
    throw thrown;
  }
}
