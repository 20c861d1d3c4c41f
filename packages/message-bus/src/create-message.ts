import { InvalidMessageError } from "./errors.ts";
import { checkMessage } from "./wire/check-message.ts";
import type { KycEventPayload } from "./wire/event-payloads.ts";
import { wireNameOf } from "./wire/field-names.ts";
import type { EventType, InstructionType } from "./wire/kinds.ts";
import type { MessageBusMessage } from "./wire/message.ts";
import type { EventPayloads, InstructionPayloads } from "./wire/payloads.ts";

interface CommonInput {
  /** The system that sends it: `BANKING_SERVICE`. */
  readonly source: string;
  /** The sender's service token; `token` on the wire. */
  readonly serviceToken: string;
  /** The same for every copy of one message. Default: a random UUID. */
  readonly idempotencyKey?: string | undefined;
  readonly ipAddress?: string | undefined;
}

/** What an instruction is created from. */
export interface InstructionInput<Type extends InstructionType = InstructionType> extends CommonInput {
  readonly instructionType: Type;
  readonly event?: undefined;
  readonly payload: InstructionPayloads[Type];
}

/** What an event is created from. `Status` is the review status of a `KYC_EVENT`, where it is known. */
export interface EventInput<Event extends EventType = EventType, Status extends string = string>
  extends CommonInput {
  readonly event: Event;
  readonly instructionType?: undefined;
  readonly payload: Event extends "KYC_EVENT" ? KycEventPayload<Status> : EventPayloads[Event];
}

/** Where a message gets what the caller does not say. */
export interface CreateMessageOptions {
  /** The time of creation, or what tells it. Default: now. */
  readonly now?: Date | (() => Date) | undefined;
  /**
   * The idempotency key of a message that is given none, or what makes one. Default: a random UUID (version
   * 4).
   */
  readonly uuid?: string | (() => string) | undefined;
}

/**
 * Creates a message. The type of `payload` follows `instructionType` or `event`, of which exactly one is
 * given. Fields that the payload's kind does not know are left out, as are those that are `null`.
 *
 * @throws InvalidMessageError naming every fault by its wire path.
 */
export function createMessage<
  // `undefined` too: that is what a variable of the other kind of input says it has here.
  Type extends InstructionType | undefined = never,
  Event extends EventType | undefined = never,
  const Status extends string = string,
>(
  input: InstructionInput<Extract<Type, string>> | EventInput<Extract<Event, string>, Status>,
  options: CreateMessageOptions = {},
): MessageBusMessage<NoInfer<Extract<Type | Event, string>>> {
  if (isGiven(input.instructionType) && isGiven(input.event)) {
    const message = "must not have both instruction_type and event";
    throw new InvalidMessageError([{ path: wireNameOf("metaData"), message }]);
  }
  const { source, serviceToken, instructionType, event, ipAddress } = input;
  const metaData = {
    source,
    createdAt: toSecond(given(options.now) ?? new Date()),
    token: serviceToken,
    idempotencyKey: input.idempotencyKey ?? given(options.uuid) ?? crypto.randomUUID(),
    instructionType,
    event,
    ipAddress,
  };
  const result = checkMessage({ metaData, payload: input.payload, spelling: "name" }, "refuse");
  if (result.issues !== undefined) throw new InvalidMessageError(result.issues);
  // The kind is the one that was given: that is what has just been checked.
  return result.message as MessageBusMessage<NoInfer<Extract<Type | Event, string>>>;
}

// The types forbid `null`; callers without types do not know.
function isGiven(value: unknown): boolean {
  return value !== undefined && value !== null;
}

function given<T extends Date | string>(value: T | (() => T) | undefined): T | undefined {
  return typeof value === "function" ? value() : value;
}

/** `2021-01-01T00:00:00Z`: what is below a second is cut off, not rounded. */
function toSecond(time: Date): string {
  return `${time.toISOString().slice(0, 19)}Z`;
}
