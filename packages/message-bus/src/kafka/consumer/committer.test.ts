import { describe, expect, it } from "@jest/globals";
import { ConnectionError, WirekitError } from "@wirekit/core";
import { ManualClock } from "@wirekit/core/testing";
import type { CommitOffset } from "../kafka-driver.ts";
import { Committer } from "./committer.ts";

const intervalMs = 1_000;

/** A committer of one partition, whose requests the test answers. */
function setUp() {
  const clock = new ManualClock();
  const state = { finished: 0n, committed: 0n };
  const sent: { readonly offset: bigint; answer(error?: WirekitError): Promise<void> }[] = [];
  const failed: string[] = [];
  const committer = new Committer({
    collect: () =>
      state.finished > state.committed ? [{ topic: "payments", partition: 0, offset: state.finished }] : [],
    commit: ([offset]) =>
      new Promise<void>((resolve, reject) => {
        const answer = (error?: WirekitError) => {
          if (error === undefined) resolve();
          else reject(error);
          return clock.advance(0);
        };
        sent.push({ offset: (offset as CommitOffset).offset, answer });
      }),
    onCommitted: ([offset]) => {
      state.committed = (offset as CommitOffset).offset;
    },
    onFailed: ({ code }) => failed.push(code),
    intervalMs,
    clock,
    random: () => 0.5,
  });
  const finish = (offset: bigint) => {
    state.finished = offset;
    committer.touch();
  };
  return { clock, committer, finish, sent, failed, offsets: () => sent.map(({ offset }) => Number(offset)) };
}

describe("committing by the timer", () => {
  it("sends all that was finished within the interval, in one request", async () => {
    const { clock, finish, offsets } = setUp();
    finish(1n);
    await clock.advance(intervalMs - 1);
    finish(5n);
    expect(offsets()).toEqual([]);
    await clock.advance(1);
    expect(offsets()).toEqual([5]);
  });

  it("sends nothing, and leaves no timer, when there is nothing", async () => {
    const { clock, committer, offsets } = setUp();
    committer.touch();
    await clock.advance(intervalMs);
    expect(offsets()).toEqual([]);
    expect(clock.pendingTimers).toBe(0);
  });

  it("has one request under way at a time, and sends what was finished meanwhile after it", async () => {
    const { clock, finish, sent, offsets } = setUp();
    finish(1n);
    await clock.advance(intervalMs);
    finish(2n);
    await clock.advance(10 * intervalMs);
    expect(offsets()).toEqual([1]);
    await sent[0]?.answer();
    await clock.advance(intervalMs);
    expect(offsets()).toEqual([1, 2]);
  });

  it("tries again what has failed and may be retried, and tells of each failure", async () => {
    const { clock, committer, finish, sent, failed, offsets } = setUp();
    finish(1n);
    await clock.advance(intervalMs);
    await sent[0]?.answer(new ConnectionError("lost"));
    expect(committer.failures).toBe(1);
    await clock.advance(3 * intervalMs);
    expect(offsets()).toEqual([1, 1]);
    await sent[1]?.answer();
    expect(failed).toEqual(["wirekit/connection"]);
    expect(committer.failures).toBe(0);
    expect(clock.pendingTimers).toBe(0);
  });

  it("does not try again by itself what is refused for good, but with what is finished next", async () => {
    const { clock, finish, sent, offsets } = setUp();
    finish(1n);
    await clock.advance(intervalMs);
    await sent[0]?.answer(new WirekitError("fenced", { code: "test/fenced" }));
    await clock.advance(100 * intervalMs);
    expect(offsets()).toEqual([1]);
    finish(2n);
    await clock.advance(intervalMs);
    expect(offsets()).toEqual([1, 2]);
  });
});

describe("committing when asked to", () => {
  it("goes out before flush returns, and resolves when it is taken", async () => {
    const { clock, committer, finish, sent, offsets } = setUp();
    finish(3n);
    const flushed = committer.flush();
    expect(offsets()).toEqual([3]);
    await sent[0]?.answer();
    await flushed;
    expect(clock.pendingTimers).toBe(0);
  });

  it("waits for what is under way, because that lacks what was finished since", async () => {
    const { clock, committer, finish, sent, offsets } = setUp();
    finish(1n);
    await clock.advance(intervalMs);
    finish(2n);
    const flushed = committer.flush();
    expect(offsets()).toEqual([1]);
    await sent[0]?.answer(new ConnectionError("lost"));
    expect(offsets()).toEqual([1, 2]);
    await sent[1]?.answer();
    await flushed;
  });

  it("rejects with why it failed", async () => {
    const { committer, finish, sent } = setUp();
    finish(1n);
    const flushed = committer.flush();
    const rejected = expect(flushed).rejects.toMatchObject({ code: "wirekit/connection" });
    await sent[0]?.answer(new ConnectionError("lost"));
    await rejected;
  });

  it("at once does not wait for what is under way", async () => {
    const { clock, committer, finish, sent, offsets } = setUp();
    finish(1n);
    await clock.advance(intervalMs);
    finish(2n);
    const flushed = committer.flushAtOnce();
    expect(offsets()).toEqual([1, 2]);
    await sent[1]?.answer();
    await flushed;
  });
});

describe("an assignment that is over", () => {
  it("has nothing committed any more, by the timer or when asked to", async () => {
    const { clock, committer, finish, offsets } = setUp();
    finish(1n);
    committer.end();
    expect(clock.pendingTimers).toBe(0);
    finish(2n);
    await clock.advance(10 * intervalMs);
    await committer.flushAtOnce();
    await expect(committer.flush()).rejects.toMatchObject({ code: "wirekit/lease-lost" });
    expect(offsets()).toEqual([]);
  });

  it("while a commit is under way: it is not tried again, and its failure is nobody's fault", async () => {
    const { clock, committer, finish, sent, failed, offsets } = setUp();
    finish(1n);
    await clock.advance(intervalMs);
    committer.end();
    await sent[0]?.answer(new ConnectionError("lost"));
    await clock.advance(100 * intervalMs);
    expect(offsets()).toEqual([1]);
    expect(failed).toEqual([]);
  });
});
