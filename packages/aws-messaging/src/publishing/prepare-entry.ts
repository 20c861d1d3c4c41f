import { MessageTooLargeError } from "@wirekit/core";
import { utf8Length } from "@wirekit/core/outbound";
import { attributesBytes, maxAttributes, type SqsAttribute } from "@wirekit/core/sqs";
import type { MessageCipher } from "../encryption/message-cipher.ts";
import { type EncodedEvent, type EventSchema, encodeEvent, type Published } from "../events/schema.ts";
import type { BodyStore } from "../large-bodies/body-store.ts";
import { type Attributes, encodeAttributes } from "../wire/attributes.ts";
import { encodePointer, pointerAttribute } from "../wire/body-pointer.ts";
import { checkCount, checkFacts, type EntryFacts } from "./check-facts.ts";
import type { PreparedEntry } from "./publication.ts";
import type { PublishOptions, PublishTarget } from "./publish-options.ts";

export interface PrepareContext {
  readonly maxMessageBytes: number;
  readonly topicMap?: Readonly<Record<string, string>> | undefined;
  readonly cipher: MessageCipher | undefined;
  /** Says where the message stands in its trace; left out where there is no room for it. */
  readonly trace?: Attributes | undefined;
  /** Where bodies go that are too large; without it they are refused. */
  readonly store?: BodyStore | undefined;
}

/**
 * Validates, encodes and measures one event. Nothing is sent. Gives the entry at once where nothing has to be
 * waited for: no encryption, no body that has to be stored apart, and no schema that needs a promise.
 *
 * @throws ValidationFailedError for the event, or for an option that SNS would refuse; MessageTooLargeError
 * for one that is too large.
 */
export function prepareEntry<Schema extends EventSchema>(
  target: PublishTarget<Schema>,
  event: Published<Schema>,
  options: PublishOptions,
  context: PrepareContext,
): PreparedEntry | Promise<PreparedEntry> {
  const encoded = encodeEvent(target.schema, event);
  // The facts are read once the event is known to be valid: what the definition reads of it may be missing.
  return typeof encoded === "string" && context.cipher === undefined
    ? finish(encoded, factsOf(target, event, options, context), context)
    : finishLater(encoded, () => factsOf(target, event, options, context), context);
}

function factsOf<Schema extends EventSchema>(
  target: PublishTarget<Schema>,
  event: Published<Schema>,
  options: PublishOptions,
  { topicMap = noTopicMap }: PrepareContext,
): EntryFacts {
  const facts = {
    topic: target.topic,
    attributes: attributesOf(target, event, options),
    subject: options.subject,
    groupId: options.groupId ?? target.groupId?.(event),
    deduplicationId: options.deduplicationId ?? target.deduplicationId?.(event),
  };
  checkFacts(facts, topicMap);
  return facts;
}

const noTopicMap: Readonly<Record<string, string>> = {};
const noAttributes: Attributes = {};

function attributesOf<Schema extends EventSchema>(
  { discriminator, attributes }: PublishTarget<Schema>,
  event: Published<Schema>,
  options: PublishOptions,
): Attributes {
  const type = discriminator !== undefined && "attribute" in discriminator ? discriminator : undefined;
  if (type === undefined && attributes === undefined) return options.attributes ?? noAttributes;
  return {
    ...(type !== undefined && { [type.attribute]: type.value }),
    ...attributes?.(event),
    ...options.attributes,
  };
}

function finish(
  body: string,
  facts: EntryFacts,
  context: PrepareContext,
): PreparedEntry | Promise<PreparedEntry> {
  const { attributes: own } = facts;
  const traced = withTrace(own, context);
  const draft = draftOf({ body, attributes: traced });
  const isCramped = traced !== own && isRefused(draft, context);
  return entryOf(isCramped ? draftOf({ body, attributes: own }) : draft, facts, context);
}

/** As {@link finish}, where there is something to wait for. */
async function finishLater(
  encoded: EncodedEvent,
  factsOnceValid: () => EntryFacts,
  context: PrepareContext,
): Promise<PreparedEntry> {
  const body = await encoded;
  const facts = factsOnceValid();
  const { cipher } = context;
  if (cipher === undefined) return finish(body, facts, context);
  const { attributes: own } = facts;
  const traced = withTrace(own, context);
  const seal = async (attributes: Attributes) => draftOf(await cipher.encrypt({ body, attributes }));
  const draft = await seal(traced);
  const isCramped = traced !== own && isRefused(draft, context);
  return entryOf(isCramped ? await seal(own) : draft, facts, context);
}

/** What the cipher adds: algorithm, key id and data key. */
const cipherAttributes = 3;

/**
 * `own` itself where there is no trace, or more attributes than SQS takes. Where it makes the message too
 * large, the trace gives way: a message that SNS refuses for its size would be a high price for a span.
 */
function withTrace(own: Attributes, { cipher, store, trace }: PrepareContext): Attributes {
  if (trace === undefined) return own;
  const carried = Object.entries(trace).filter(([, value]) => value !== "");
  const others = (cipher === undefined ? 0 : cipherAttributes) + (store === undefined ? 0 : 1);
  const room = maxAttributes - Object.keys(own).length - others;
  return carried.length === 0 || carried.length > room ? own : { ...Object.fromEntries(carried), ...own };
}

/** A message as it goes over the wire, not checked yet for what SNS takes. */
interface Draft {
  readonly body: string;
  readonly attributes: Attributes;
  readonly encoded: Record<string, SqsAttribute>;
  readonly bytes: number;
}

/** Too large, and there is no other place for its body. */
function isRefused({ bytes }: Draft, { maxMessageBytes, store }: PrepareContext): boolean {
  return bytes > maxMessageBytes && store === undefined;
}

function draftOf({ body, attributes }: Pick<Draft, "body" | "attributes">): Draft {
  const encoded = encodeAttributes(attributes);
  return { body, attributes, encoded, bytes: utf8Length(body) + attributesBytes(encoded) };
}

function entryOf(
  draft: Draft,
  facts: EntryFacts,
  { maxMessageBytes, store }: PrepareContext,
): PreparedEntry | Promise<PreparedEntry> {
  const { bytes } = draft;
  const isTooLarge = bytes > maxMessageBytes;
  checkCount(facts.topic, isTooLarge && store ? withPointerTo(draft) : draft.attributes);
  if (!isTooLarge) return { bytes, entry: assemble(draft, facts), publication: undefined };
  if (store === undefined) throw new MessageTooLargeError({ bytes, maxBytes: maxMessageBytes });
  return storeApart(draft, facts, { maxMessageBytes, store });
}

function withPointerTo({ body, attributes }: Draft): Attributes {
  return { ...attributes, [pointerAttribute]: utf8Length(body) };
}

/** Puts a body into the store, and makes an entry that points to it. */
async function storeApart(
  draft: Draft,
  facts: EntryFacts,
  { maxMessageBytes, store }: { readonly maxMessageBytes: number; readonly store: BodyStore },
): Promise<PreparedEntry> {
  const stored = store.newPointer();
  const pointing = draftOf({ body: encodePointer(stored), attributes: withPointerTo(draft) });
  // Attributes cannot be put elsewhere.
  if (pointing.bytes > maxMessageBytes)
    throw new MessageTooLargeError({ bytes: pointing.bytes, maxBytes: maxMessageBytes });
  try {
    await store.put(stored, draft.body);
  } catch (thrown) {
    // It may have come as far as the store, all the same. That nothing can be deleted either is no news.
    await store.delete(stored).catch(() => undefined);
    throw thrown;
  }
  return { bytes: pointing.bytes, entry: assemble(pointing, facts), publication: undefined, stored };
}

function assemble(draft: Draft, { subject, groupId, deduplicationId }: EntryFacts): PreparedEntry["entry"] {
  return {
    Message: draft.body,
    ...(Object.keys(draft.attributes).length > 0 && { MessageAttributes: draft.encoded }),
    ...(subject !== undefined && { Subject: subject }),
    ...(groupId !== undefined && { MessageGroupId: groupId }),
    ...(deduplicationId !== undefined && { MessageDeduplicationId: deduplicationId }),
  };
}
