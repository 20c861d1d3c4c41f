import { describe, expect, it } from "@jest/globals";
import { Reader, Writer } from "@platformatic/kafka";
import { MalformedFrameError } from "../errors.ts";
import { array, between, bytes, type Field, int32, nullableString, since, string, struct } from "./fields.ts";

describe("a length", () => {
  const text16 = (length: number) => Writer.create().appendInt16(length).appendInt32(0).buffer;
  const list32 = (length: number) => Writer.create().appendInt32(length).appendInt32(0).buffer;

  it.each<readonly [string, Field<unknown>, Buffer]>([
    ["of a text below -1", nullableString, text16(-2)],
    ["of a text beyond the frame", string, text16(5)],
    ["of bytes below -1", bytes, list32(-2)],
    ["of bytes beyond the frame", bytes, list32(5)],
    ["of a list below -1", array(int32), list32(-2)],
    ["of a list beyond the frame", array(int32), list32(0x7fffffff)],
  ])("%s is refused before anything is read", (_, field, frame) => {
    expect(() => field.read(Reader.from(frame), 0)).toThrow(MalformedFrameError);
  });

  it.each<readonly [string, Field<unknown>, Buffer]>([
    ["a text", string, text16(-1)],
    ["bytes", bytes, list32(-1)],
    ["a list", array(int32), list32(-1)],
  ])("of -1 is refused where %s is needed", (_, field, frame) => {
    expect(() => field.read(Reader.from(frame), 0)).toThrow("null where a value is required");
  });
});

describe("a field that only some versions have", () => {
  const message = struct({ old: between(0, 1, int32, -1), always: string, fresh: since(2, int32, 7) });

  it.each([
    [1, { old: 5, always: "a", fresh: 7 }],
    [2, { old: -1, always: "a", fresh: 9 }],
  ])("is its fallback in the others: version %i", (version, expected) => {
    const writer = Writer.create();
    message.write(writer, { old: 5, always: "a", fresh: 9 }, version);
    expect(message.read(Reader.from(writer), version)).toEqual(expected);
  });

  it("is written as its fallback when it is left out", () => {
    const writer = Writer.create();
    message.write(writer, { always: "a" }, 2);
    expect(message.read(Reader.from(writer), 2)).toEqual({ old: -1, always: "a", fresh: 7 });
  });
});
