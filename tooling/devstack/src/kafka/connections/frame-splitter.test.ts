import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { FrameSplitter } from "./frame-splitter.ts";

describe("a stream of frames", () => {
  it("is cut where the frames end, however its bytes arrive", () => {
    fc.assert(
      fc.property(
        fc.array(fc.uint8Array({ maxLength: 40 }), { maxLength: 8 }),
        fc.array(fc.integer({ min: 1, max: 30 }), { minLength: 1, maxLength: 10 }),
        (frames, portions) => {
          const stream = Buffer.concat(frames.map(framed));
          const splitter = new FrameSplitter();
          const found: Buffer[] = [];
          let position = 0;
          for (let index = 0; position < stream.length; index += 1) {
            const portion = portions[index % portions.length] ?? 1;
            found.push(...splitter.push(stream.subarray(position, position + portion), 1_000));
            position += portion;
          }
          expect(found.map((frame) => [...frame])).toEqual(frames.map((frame) => [...frame]));
          expect(splitter.buffered).toBe(0);
        },
      ),
    );
  });

  it.each([-1, 101, 0x7fffffff])("ends where a frame announces %d bytes", (size) => {
    const announcement = Buffer.alloc(4);
    announcement.writeInt32BE(size);
    expect(() => new FrameSplitter().push(announcement, 100)).toThrow("a frame of");
  });

  it("takes a frame of exactly as many bytes as are allowed", () => {
    expect(new FrameSplitter().push(framed(Buffer.alloc(100)), 100)).toHaveLength(1);
  });
});

function framed(bytes: Uint8Array): Buffer {
  const size = Buffer.alloc(4);
  size.writeInt32BE(bytes.length);
  return Buffer.concat([size, bytes]);
}
