import type { Reader, Writer } from "@platformatic/kafka";
import { MalformedFrameError } from "../errors.ts";

/**
 * How one field of a message stands on the wire. `In` is what reading gives and `Out` what writing takes;
 * they differ where a field may be left out.
 */
export interface Field<In, Out = In> {
  read(reader: Reader, version: number): In;
  write(writer: Writer, value: Out, version: number): void;
}

type AnyField = Field<unknown, never>;
/** What reading a field gives. */
export type Read<F> = F extends Field<infer In, never> ? In : never;
/** What writing a field takes. */
export type Written<F> = F extends { write(writer: Writer, value: infer Out, version: number): void }
  ? Out
  : never;

type OptionalKeys<F> = { [K in keyof F]: undefined extends Written<F[K]> ? K : never }[keyof F];
type ReadStruct<F> = { readonly [K in keyof F]: Read<F[K]> };
type WrittenStruct<F> = { readonly [K in Exclude<keyof F, OptionalKeys<F>>]: Written<F[K]> } & {
  readonly [K in OptionalKeys<F>]?: Written<F[K]> | undefined;
};

export const int8: Field<number> = { read: (r) => r.readInt8(), write: (w, value) => w.appendInt8(value) };
export const int16: Field<number> = { read: (r) => r.readInt16(), write: (w, value) => w.appendInt16(value) };
export const int32: Field<number> = { read: (r) => r.readInt32(), write: (w, value) => w.appendInt32(value) };
export const int64: Field<bigint> = { read: (r) => r.readInt64(), write: (w, value) => w.appendInt64(value) };
export const bool: Field<boolean> = {
  read: (r) => r.readBoolean(),
  write: (w, value) => w.appendBoolean(value),
};

export const nullableString: Field<string | null> = {
  read: (r) => {
    checkLength(r, r.peekInt16(), 2);
    return r.readNullableString(false);
  },
  write: (w, value) => w.appendString(value, false),
};
export const string: Field<string> = {
  read: (r, version) => present(nullableString.read(r, version)),
  write: (w, value) => w.appendString(value, false),
};

export const nullableBytes: Field<Buffer | null> = {
  read: (r) => {
    checkLength(r, r.peekInt32(), 4);
    return r.readNullableBytes(false);
  },
  write: (w, value) => w.appendBytes(value, false),
};
export const bytes: Field<Buffer> = {
  read: (r, version) => present(nullableBytes.read(r, version)),
  write: (w, value) => w.appendBytes(value, false),
};

export function nullableArray<In, Out>(
  item: Field<In, Out>,
): Field<readonly In[] | null, readonly Out[] | null> {
  return {
    read: (r, version) => {
      // Every item takes at least one byte, so a count beyond the bytes that are left is a lie.
      checkLength(r, r.peekInt32(), 4);
      return r.readNullableArray((reader) => item.read(reader, version), false, false);
    },
    write: (w, value, version) =>
      w.appendArray(value && [...value], (writer, entry) => item.write(writer, entry, version), false, false),
  };
}
export function array<In, Out>(item: Field<In, Out>): Field<readonly In[], readonly Out[]> {
  const nullable = nullableArray(item);
  return { read: (r, version) => present(nullable.read(r, version)), write: nullable.write };
}

/**
 * A field that only versions from `first` on have; for the others it reads as `fallback`, which may be left
 * unwritten.
 */
export function since<In, Out>(first: number, field: Field<In, Out>, fallback: In & Out) {
  return between(first, Number.POSITIVE_INFINITY, field, fallback);
}

/** A field that only the versions from `first` to `last` have. */
export function between<In, Out>(
  first: number,
  last: number,
  field: Field<In, Out>,
  fallback: In & Out,
): Field<In, Out | undefined> {
  return {
    read: (r, version) => (version >= first && version <= last ? field.read(r, version) : fallback),
    write: (w, value, version) => {
      if (version >= first && version <= last)
        field.write(w, value === undefined ? fallback : value, version);
    },
  };
}

/** Fields one after the other, in the order in which they are named. */
export function struct<const F extends Readonly<Record<string, AnyField>>>(
  fields: F,
): Field<ReadStruct<F>, WrittenStruct<F>> {
  const entries = Object.entries(fields);
  return {
    read: (r, version) =>
      Object.fromEntries(entries.map(([name, field]) => [name, field.read(r, version)])) as ReadStruct<F>,
    write: (w, value, version) => {
      for (const [name, field] of entries)
        field.write(w, (value as Record<string, never>)[name] as never, version);
    },
  };
}

function checkLength(reader: Reader, length: number, prefixBytes: number): void {
  if (length < -1 || length > reader.remaining - prefixBytes)
    throw new MalformedFrameError(`a length of ${length} with ${reader.remaining} bytes left`);
}

function present<T>(value: T | null): T {
  if (value === null) throw new MalformedFrameError("null where a value is required");
  return value;
}
