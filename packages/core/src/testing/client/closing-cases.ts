import assert from "node:assert/strict";
import { setImmediate, setTimeout } from "node:timers/promises";
import type { CloseReport } from "../../contract.ts";
import { ConfigError } from "../../errors/config-error.ts";
import { UnconfirmedError } from "../../errors/unconfirmed-error.ts";
import type { ConformanceCase } from "../conformance-case.ts";
import type { ClientHarness } from "./harness.ts";
import { assertUnconfirmed } from "./sending-cases.ts";
import { onStage, type Stage, type StageOptions } from "./stage.ts";

/** What the contract says of `close`. */
export function closingCases(harness: ClientHarness): ConformanceCase[] {
  const on = (name: string, act: (stage: Stage) => Promise<void>, options?: StageOptions) => ({
    name,
    run: onStage(harness, act, options),
  });
  const always = [
    on("is ok at first, and closed in the end", async (stage) => {
      assert.deepEqual(stage.client.health().status, "ok");
      stage.account();
      const closing = stage.client.close();
      assert.ok(["closing", "closed"].includes(stage.client.health().status), "health() tells of closing");
      stage.account();
      const { notSent, unconfirmed, notHandled } = await stage.inTime("close", closing);
      assert.deepEqual([notSent, unconfirmed], [[], []]);
      // A consumer may have received something by then.
      if (harness.send !== undefined) assert.equal(notHandled, 0);
      assert.ok(Number.isSafeInteger(notHandled) && notHandled >= 0);
      assert.equal(stage.client.health().status, "closed");
      assert.equal(stage.account().pending, 0);
    }),

    on("returns one report, however often it is closed", async (stage) => {
      const [first, second] = await stage.inTime(
        "close",
        Promise.all([stage.client.close(), stage.client.close({ timeoutMs: 0 })]),
      );
      assert.deepEqual(second, first);
      assert.deepEqual(await stage.close(1), first);
    }),

    on("closes nothing where the limit is wrong", async (stage) => {
      for (const options of [
        ...[Number.NaN, -1, null, "x", 2 ** 31, {}].map((timeoutMs) => ({ timeoutMs })),
        { timeout: 1 },
        null,
        1,
      ]) {
        const closing = (async () => stage.client.close(options as never))();
        const thrown = await stage.inTime(
          "close",
          closing.then(
            () => undefined,
            (why: unknown) => why,
          ),
        );
        const shown = JSON.stringify(options);
        assert.ok(
          thrown instanceof ConfigError,
          `${shown} must be refused with a ConfigError, not ${thrown}`,
        );
        assert.equal(stage.client.health().status, "ok", `${shown} must close nothing`);
      }
      if (harness.send !== undefined) await stage.deliver();
    }),

    on("is closed by `await using`", async (stage) => {
      await stage.inTime("disposal", (async () => stage.client[Symbol.asyncDispose]())());
      assert.equal(stage.client.health().status, "closed");
    }),

    on(
      "closes in time where the peer never answers",
      async (stage) => {
        await stage.close(200);
        assert.equal(stage.client.health().status, "closed");
        stage.account();
      },
      { behaviour: "silent" },
    ),
    on(
      "closes in time where the peer cannot be reached",
      async (stage) => {
        await stage.close(200);
        assert.equal(stage.client.health().status, "closed");
        stage.account();
      },
      { behaviour: "unreachable" },
    ),
  ];
  if (harness.send === undefined) return always;

  return [
    ...always,
    on("lets what was sent come to its end", async (stage) => {
      await stage.deliver();
      if (stage.peer.answerLate !== undefined) await stage.peer.become("silent");
      const { sending } = await stage.sendToPeer();
      const closing = stage.close();
      // Time for a client that gives up at once to do so; one that waits passes however long this is.
      await setTimeout(10);
      await stage.peer.answerLate?.();
      assert.deepEqual(await closing, { notSent: [], unconfirmed: [], notHandled: 0 });
      await stage.inTime("a send", sending);
      assert.equal(stage.account().delivered, 2);
    }),

    on("reports what went out and was not answered, and tells its caller", async (stage) => {
      await stage.deliver();
      await stage.peer.become("silent");
      const { sending } = await stage.sendToPeer();
      const report = await stage.close(200);
      assert.equal(report.unconfirmed.length, 1, "the report names the message");
      assert.deepEqual([report.notSent, report.notHandled], [[], 0]);
      assertUnconfirmed(await stage.failureOf(sending));
      const counts = stage.account();
      assert.deepEqual([counts.delivered, counts.unconfirmed, counts.pending], [1, 1, 0]);

      await answersLate(stage, report);
    }),

    on(
      "closes in time, and says truly what arrived, before the peer has answered anything",
      async (stage) => {
        const sending = stage.send();
        const report = await stage.close(200);
        const thrown = await stage.failureOf(sending);
        if (stage.peer.received() > 0) assertUnconfirmed(thrown);
        const isUnconfirmed = thrown instanceof UnconfirmedError;
        assert.deepEqual(
          [report.notSent.length, report.unconfirmed.length],
          isUnconfirmed ? [0, 1] : [1, 0],
          `the report says the same as the error: ${thrown}`,
        );
        assert.equal(stage.account().pending, 0);
      },
      { behaviour: "silent" },
    ),
  ];
}

/** An answer that comes after the close changes nothing. */
async function answersLate(stage: Stage, report: CloseReport<unknown>): Promise<void> {
  const before = { stats: stage.client.stats(), health: stage.client.health() };
  const { notSent, unconfirmed, notHandled } = report;
  const copy = { notSent: [...notSent], unconfirmed: [...unconfirmed], notHandled };
  await stage.peer.answerLate?.();
  await stage.peer.become("works");
  for (let turn = 0; turn < 20; turn += 1) await setImmediate();
  assert.deepEqual({ stats: stage.client.stats(), health: stage.client.health() }, before);
  assert.deepEqual(await stage.close(), copy);
}
