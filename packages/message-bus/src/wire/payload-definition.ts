import * as z from "zod/mini";
import type { MessageKind } from "./kinds.ts";

/** Where a payload that came out of a schema says which kind it belongs to. */
export const payloadKind: unique symbol = Symbol.for("@wirekit/message-bus/payloadKind") as never;

/**
 * The kind that a payload was checked for, where it was. Some kinds have the same fields: without this, what was made
 * as the payload of a `BURN` would pass for that of a `MINT`. A plain object has no mark and may become either; a copy
 * (`{ ...payload }`) has none either.
 */
export interface Marked<Kind extends MessageKind> {
  readonly [payloadKind]?: Kind;
}

/**
 * A zod schema of a payload in its form here (camelCase). What it returns is a copy without unknown fields, marked
 * with its kind.
 */
export type PayloadSchema<Payload> = z.ZodMiniType<Payload, Payload>;

/** A payload's schema, and its fields in the order in which the original writes them. */
export interface PayloadDefinition<Payload> {
  readonly schema: PayloadSchema<Payload>;
  /** Undefined for an open payload, whose members are the user's own and are neither renamed nor ordered. */
  readonly fields: readonly string[] | undefined;
}

/** A rule that concerns two fields. It also sees payloads with faults, so that all faults are told at once. */
export interface PayloadRule {
  /** The field at fault when it is broken. */
  readonly field: string;
  readonly message: string;
  isKept(payload: Readonly<Record<string, unknown>>): boolean;
}

/** One schema for each field of `Payload`, under the field's own name. */
export type Shape<Payload> = {
  readonly [Field in Exclude<keyof Payload, typeof payloadKind>]-?: z.ZodMiniType<
    Payload[Field],
    Payload[Field]
  >;
};

/** Defines the payload of one kind; `shape` lists its fields in wire order. */
export function definePayload<Payload>(
  kind: MessageKind,
  shape: Shape<AllFields<Payload>>,
  rules: readonly PayloadRule[] = [],
): PayloadDefinition<Payload> {
  const checks = rules.map((rule) =>
    z.refine<Readonly<Record<string, unknown>>>((payload) => rule.isKept(payload), {
      path: [rule.field],
      error: rule.message,
      when: ({ value }) => typeof value === "object" && value !== null,
    }),
  );
  const schema = z.object(shape, { error: "must be an object" }).check(
    ...checks,
    z.overwrite((payload) => markWith(kind, payload)),
  );
  return {
    // Which fields a union requires is decided by the rules, and what a rule proves cannot be inferred.
    schema: schema as unknown as PayloadSchema<Payload>,
    fields: Object.keys(shape),
  };
}

/** Of a union, every field that any member has: the shape checks what is there, and the rule what must be. */
type AllFields<Payload> = {
  readonly [Field in Payload extends unknown ? keyof Payload : never]: Payload extends unknown
    ? Field extends keyof Payload
      ? Payload[Field]
      : never
    : never;
};

/** Puts the mark on `payload` where neither a copy, nor JSON, nor a comparison sees it. */
export function markWith<Payload extends object>(kind: MessageKind, payload: Payload): Payload {
  return Object.defineProperty(payload, payloadKind, { value: kind });
}

/** The kind that `payload` is marked with. */
export function markOf(payload: unknown): MessageKind | undefined {
  if (typeof payload !== "object" || payload === null) return undefined;
  return (payload as Marked<MessageKind>)[payloadKind];
}
