import { expect, it } from "@jest/globals";
import fc from "fast-check";
import { OffsetTracker, type TrackedOffset } from "./offset-tracker.ts";

it("says what may be committed: the end of the finished prefix, past offsets that hold no record", () => {
  const tracker = new OffsetTracker(5n);
  expect([tracker.position, tracker.committable]).toEqual([5n, 5n]);
  const [a, b, c] = [7n, 8n, 12n].map((offset) => ({ offset, isFinished: false }));
  if (a === undefined || b === undefined || c === undefined) throw new Error("three were made");
  for (const entry of [a, b, c]) tracker.add(entry);
  tracker.advance(15n);
  expect([tracker.position, tracker.committable]).toEqual([15n, 7n]);
  tracker.finish(b);
  expect(tracker.committable).toBe(7n);
  tracker.finish(a);
  expect(tracker.committable).toBe(12n);
  tracker.finish(c);
  expect([tracker.committable, tracker.size]).toEqual([15n, 0]);
  tracker.advance(3n);
  expect(tracker.position).toBe(15n);
});

it("needs no word of the end of a batch for what was handed over of it", () => {
  const tracker = new OffsetTracker(5n);
  const [a, b] = [5n, 9n].map((offset) => ({ offset, isFinished: false }));
  if (a === undefined || b === undefined) throw new Error("two were made");
  tracker.add(a);
  tracker.finish(a);
  expect([tracker.position, tracker.committable]).toEqual([6n, 6n]);
  tracker.add(b);
  expect([tracker.position, tracker.committable]).toEqual([10n, 9n]);
  tracker.finish(b);
  expect(tracker.committable).toBe(10n);
});

it("never says more than is finished, in whatever order that comes about", () => {
  const steps = fc.array(fc.tuple(fc.integer({ min: 1, max: 3 }), fc.nat()), { maxLength: 3_000 });
  fc.assert(
    fc.property(steps, (list) => {
      const tracker = new OffsetTracker<TrackedOffset>(0n);
      const open: TrackedOffset[] = [];
      let next = 0n;
      let before = 0n;
      for (const [gap, which] of list) {
        const entry = { offset: next + BigInt(gap - 1), isFinished: false };
        next += BigInt(gap);
        tracker.add(entry);
        open.push(entry);
        tracker.advance(next);
        if (which % 3 === 0) continue;
        const [finished] = open.splice(which % open.length, 1);
        if (finished !== undefined) tracker.finish(finished);
        const first = open.reduce<bigint | undefined>(
          (least, { offset }) => (least === undefined || offset < least ? offset : least),
          undefined,
        );
        if (tracker.committable !== (first ?? next))
          throw new Error(`${tracker.committable} instead of ${first}`);
        if (tracker.committable < before) throw new Error("went back");
        before = tracker.committable;
      }
      expect(tracker.unfinished()).toEqual(open.sort((one, other) => Number(one.offset - other.offset)));
    }),
    { numRuns: 40 },
  );
});
