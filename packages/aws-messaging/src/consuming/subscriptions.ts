import { ConfigError } from "@wirekit/core";
import { checkFunction, Faults, option } from "@wirekit/core/kit";
import { SubscriptionNotFoundError } from "../errors.ts";
import { type Discriminator, eventRules, findSchemaFault } from "../events/define-event.ts";
import type { EventSchema } from "../events/schema.ts";
import type { Attributes } from "../wire/attributes.ts";
import type { EventHandler } from "./event-handler.ts";

/** A type of event, as far as a subscription needs to know it. An `EventDefinition` is one. */
export interface SubscribableEvent<Schema extends EventSchema> {
  readonly schema: Schema;
  readonly discriminator?: Discriminator | undefined;
}

/** One handler for one type of event. */
export interface Subscription {
  readonly topic: string;
  readonly schema: EventSchema;
  readonly discriminator: Discriminator | undefined;
  readonly handler: EventHandler<never>;
}

/** Who handles what: filled by the program at start, then given to `runConsumer`. */
export class SubscriptionRegistry {
  readonly #byTopic = new Map<string, Subscription[]>();

  /**
   * Has `handler` handle one type of event of a topic. Several types on one topic need a discriminator each;
   * a type without one takes every message of its topic that no other subscription is for.
   *
   * @throws ConfigError naming what is wrong, or when the topic has a subscription for that type already.
   */
  subscribe<Schema extends EventSchema>(
    topic: string,
    event: Schema | SubscribableEvent<Schema>,
    handler: EventHandler<Schema>,
  ): this {
    checkSubscription(topic, event, handler);
    const { schema, discriminator } = isSchema(event) ? { schema: event, discriminator: undefined } : event;
    const subscriptions = this.#byTopic.get(topic) ?? [];
    if (subscriptions.some((other) => sameType(other.discriminator, discriminator))) {
      const type =
        discriminator === undefined ? "messages of any type" : `messages of type "${discriminator.value}"`;
      throw new ConfigError([{ path: topic, message: `has a subscription for ${type} already` }]);
    }
    subscriptions.push({ topic, schema, discriminator, handler: handler as EventHandler<never> });
    this.#byTopic.set(topic, subscriptions);
    return this;
  }

  /** The topics that have a subscription. */
  get topics(): readonly string[] {
    return [...this.#byTopic.keys()];
  }

  /**
   * The subscription that a message is for.
   *
   * @throws SubscriptionNotFoundError naming the topic and the types that it has subscriptions for.
   */
  find(topic: string, message: { readonly json: unknown; readonly attributes: Attributes }): Subscription {
    const subscriptions = this.#byTopic.get(topic) ?? [];
    const found =
      subscriptions.find(
        ({ discriminator }) => discriminator !== undefined && matches(discriminator, message),
      ) ?? subscriptions.find(({ discriminator }) => discriminator === undefined);
    if (found !== undefined) return found;
    const types = subscriptions.flatMap(({ discriminator }) =>
      discriminator === undefined ? [] : [discriminator.value],
    );
    throw new SubscriptionNotFoundError(`There is no subscription for this type of message on ${topic}`, {
      topic,
      types,
    });
  }
}

function checkSubscription(topic: unknown, event: unknown, handler: unknown): void {
  const faults = new Faults();
  option.text({ presence: "required" })(topic, "topic", faults);
  if (findSchemaFault(event) !== undefined) {
    // A definition has further members, which are for publishing.
    const isObject = (typeof event === "object" || typeof event === "function") && event !== null;
    const { schema, discriminator } = (isObject ? event : {}) as Partial<Record<string, unknown>>;
    eventRules.schema(schema, isObject ? "event.schema" : "event", faults);
    eventRules.discriminator(discriminator, "event.discriminator", faults);
  }
  faults.add(checkFunction("handler", handler, "required"));
  faults.throwIfAny();
}

function isSchema<Schema extends EventSchema>(event: Schema | SubscribableEvent<Schema>): event is Schema {
  return "~standard" in event;
}

function sameType(one: Discriminator | undefined, other: Discriminator | undefined): boolean {
  if (one === undefined || other === undefined) return one === other;
  return nameOf(one) === nameOf(other) && one.value === other.value;
}

function nameOf(discriminator: Discriminator): string {
  return "field" in discriminator ? `field ${discriminator.field}` : `attribute ${discriminator.attribute}`;
}

function matches(
  discriminator: Discriminator,
  { json, attributes }: { readonly json: unknown; readonly attributes: Attributes },
): boolean {
  if ("attribute" in discriminator) return attributes[discriminator.attribute] === discriminator.value;
  const value = discriminator.field
    .split(".")
    .reduce<unknown>(
      (parent, key) => (isObject(parent) && Object.hasOwn(parent, key) ? parent[key] : undefined),
      json,
    );
  return value === discriminator.value;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}
