import { Faults, option, readOptions } from "@wirekit/core/kit";
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

/**
 * Binds a schema to its topic, so that `publishEvent(config, UserCreated({...}))` needs no more.
 *
 * @throws ConfigError naming every member at fault.
 */
export function defineEvent<Schema extends EventSchema>(
  definition: EventDefinition<Schema>,
): EventFactory<Schema> {
  const faults = new Faults();
  readOptions(definition, definitionRules, faults);
  faults.throwIfAny();
  const create = (event: Published<Schema>): DefinedEvent<Schema> => ({ definition, event });
  return Object.assign(create, definition);
}

/** The rules of what is the same for publishing and consuming. */
export const eventRules = {
  schema: option.custom<EventSchema, { presence: "required" }>(findSchemaFault, { presence: "required" }),
  discriminator: option.custom<Discriminator>((value) =>
    isDiscriminator(value) ? undefined : "must be { field, value } or { attribute, value }",
  ),
};

const definitionRules = {
  topic: option.text({ presence: "required" }),
  ...eventRules,
  attributes: option.fn(),
  groupId: option.fn(),
  deduplicationId: option.fn(),
};

/** What is wrong with something as a schema; `undefined` if nothing is. */
export function findSchemaFault(value: unknown): string | undefined {
  const isSchema =
    (typeof value === "object" || typeof value === "function") && value !== null && "~standard" in value;
  return isSchema ? undefined : "must be a Standard Schema: one of zod, for example";
}

function isDiscriminator(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return false;
  const { field, attribute, value: type } = value as Record<string, unknown>;
  const named = [field, attribute].filter((each) => typeof each === "string" && each !== "");
  return named.length === 1 && typeof type === "string";
}
