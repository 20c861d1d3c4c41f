import {
  checkFields,
  type Fault,
  type Field,
  isObject,
  isPlain,
  type NamedField,
  namedFields,
  type Spelling,
} from "./fields.ts";
import type { MessageKind } from "./kinds.ts";
import {
  type CheckedPayload,
  createPayloadSchema,
  type PayloadCheck,
  type PayloadSchema,
} from "./payload-schema.ts";

/** Where a payload that came out of a schema says which kind it belongs to. */
export const payloadKind: unique symbol = Symbol.for("@wirekit/message-bus/payloadKind") as never;

/**
 * The kind that a payload was checked for, where it was. Some kinds have the same fields: without this, what
 * was made as the payload of a `BURN` would pass for that of a `MINT`. A plain object has no mark and may
 * become either; a copy (`{ ...payload }`) has none either.
 */
export interface Marked<Kind extends MessageKind> {
  readonly [payloadKind]?: Kind;
}

/** How the payload of one kind is checked, and which fields it has. */
export interface PayloadDefinition<Payload> {
  readonly check: PayloadCheck;
  readonly schema: PayloadSchema<Payload>;
  /**
   * In the order in which the original writes them. Undefined for an open payload, whose members are the
   * user's own and are neither renamed nor ordered.
   */
  readonly fields: readonly NamedField[] | undefined;
}

/**
 * A rule that concerns two fields. It also sees payloads with faults, so that all faults are told at once.
 */
export interface PayloadRule {
  /** The field at fault when it is broken. */
  readonly field: string;
  readonly message: string;
  isKept(payload: Readonly<Record<string, unknown>>): boolean;
}

/** What is checked of each field of `Payload`, under the field's own name. */
export type Shape<Payload> = {
  readonly [Name in Exclude<keyof Payload, typeof payloadKind>]-?: Field<Payload[Name]>;
};

/** Defines the payload of one kind; `shape` lists its fields in wire order. */
export function definePayload<Payload>(
  kind: MessageKind,
  shape: Shape<AllFields<Payload>>,
  rules: readonly PayloadRule[] = [],
): PayloadDefinition<Payload> {
  const fields = namedFields(shape);
  const check = checkFor(kind, (payload, spelling) => {
    const { values, faults } = checkFields(payload, fields, spelling);
    const broken = rules
      .filter((rule) => !rule.isKept(values) && !faults.some(({ path }) => path[0] === rule.field))
      .map(({ field, message }) => ({ path: [field], message }));
    return faults.length + broken.length === 0 ? { value: values } : { faults: [...faults, ...broken] };
  });
  return { check, schema: createPayloadSchema(check), fields };
}

/** Defines a payload that may be any object. */
export function defineOpenPayload<Payload>(kind: MessageKind): PayloadDefinition<Payload> {
  const check = checkFor(kind, (payload) =>
    // The members of a `Map` or of another instance are not what it holds.
    isPlain(payload)
      ? { value: { ...payload } }
      : { faults: [{ path: [], message: "must be a plain object" }] },
  );
  return { check, schema: createPayloadSchema(check), fields: undefined };
}

/**
 * Of a union, every field that any member has: the shape checks what is there, and the rules what must be.
 */
type AllFields<Payload> = {
  readonly [Name in Payload extends unknown ? keyof Payload : never]: Payload extends unknown
    ? Name extends keyof Payload
      ? Payload[Name]
      : never
    : never;
};

function checkFor(
  kind: MessageKind,
  checkMembers: (payload: Readonly<Record<string, unknown>>, spelling: Spelling) => CheckedPayload,
): PayloadCheck {
  return (payload, spelling) => {
    if (!isObject(payload)) return { faults: [{ path: [], message: "must be an object" }] };
    const fault = faultOfMark((payload as Marked<MessageKind>)[payloadKind], kind);
    if (fault !== undefined) return { faults: [fault] };
    const checked = checkMembers(payload, spelling);
    // Where neither a copy, nor JSON, nor a comparison sees it.
    if (checked.value !== undefined) Object.defineProperty(checked.value, payloadKind, { value: kind });
    return checked;
  };
}

function faultOfMark(mark: MessageKind | undefined, kind: MessageKind): Fault | undefined {
  if (mark === undefined || mark === kind) return undefined;
  return { path: [], message: `was made as the payload of ${mark}, and ${kind} requires its own` };
}
