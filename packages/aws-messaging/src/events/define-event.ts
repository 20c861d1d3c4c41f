import type { Attributes } from "../wire/attributes.ts";
import type { EventSchema, Published } from "./schema.ts";

/** Where events of one type go, what they look like, and how they are told from others on the same topic. */
export interface EventDefinition<Schema extends EventSchema = EventSchema> {
  /** The topic's logical name: `user-events`. */
  readonly topic: string;
  readonly schema: Schema;
  /**
   * What tells this type from the others on its topic: the value of a field of the body, or of a message
   * attribute. An attribute is also written on publishing. Without it, the topic carries this one type.
   */
  readonly discriminator?: Discriminator | undefined;
  /** Attributes to publish with each event. */
  readonly attributes?: ((event: Published<Schema>) => Attributes) | undefined;
  /** For FIFO topics: the group, whose messages keep their order. */
  readonly groupId?: ((event: Published<Schema>) => string) | undefined;
  /** For FIFO topics that do not deduplicate by content. */
  readonly deduplicationId?: ((event: Published<Schema>) => string) | undefined;
}

/**
 * A field of the body (a path such as `meta.type`) or an attribute, and the value that it has for this type
 * of event.
 */
export type Discriminator =
  | { readonly field: string; readonly value: string }
  | { readonly attribute: string; readonly value: string };

/** An event that knows where it belongs, for `publishEvent`. */
export interface DefinedEvent<Schema extends EventSchema = EventSchema> {
  readonly definition: EventDefinition<Schema>;
  readonly event: Published<Schema>;
}

/** Makes events of one type; call it with the event's own value. */
export interface EventFactory<Schema extends EventSchema> extends EventDefinition<Schema> {
  (event: Published<Schema>): DefinedEvent<Schema>;
}

/** Binds a schema to its topic, so that `publishEvent(config, UserCreated({...}))` needs no more. */
export function defineEvent<Schema extends EventSchema>(
  definition: EventDefinition<Schema>,
): EventFactory<Schema> {
  const create = (event: Published<Schema>): DefinedEvent<Schema> => ({ definition, event });
  return Object.assign(create, definition);
}
