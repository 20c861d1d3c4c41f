import assert from "node:assert/strict";
import { ClosedError } from "../../errors/closed-error.ts";
import { TimeoutError } from "../../errors/timeout-error.ts";
import { UnconfirmedError } from "../../errors/unconfirmed-error.ts";
import { WirekitError } from "../../errors/wirekit-error.ts";
import type { ConformanceCase } from "../conformance-case.ts";
import type { ClientHarness } from "./harness.ts";
import { onStage, type Stage, type StageOptions } from "./stage.ts";

/** What the contract says of sends. */
export function sendingCases(harness: ClientHarness): ConformanceCase[] {
  if (harness.send === undefined) return [];
  const on = (name: string, act: (stage: Stage) => Promise<void>, options?: StageOptions) => ({
    name,
    run: onStage(harness, act, options),
  });

  return [
    on("counts a message from the call to its outcome", async (stage) => {
      assert.equal(stage.account().accepted, 0);
      const sending = stage.send();
      const { accepted, pending } = stage.account();
      assert.deepEqual({ accepted, pending }, { accepted: 1, pending: 1 }, "counted when it is called");
      await stage.inTime("a send", sending);
      const counts = stage.account();
      assert.deepEqual([counts.accepted, counts.delivered, counts.pending], [1, 1, 0]);
      assert.equal(stage.client.health().status, "ok");
    }),

    on("says nothing arrived where a message was given up before it was sent", async (stage) => {
      const reason = new RangeError("not wanted any more");
      const thrown = await stage.failureOf(stage.send({ signal: AbortSignal.abort(reason) }));
      assert.equal(thrown, reason, "the call rejects with the signal's own reason");
      assert.equal(stage.peer.received(), 0, "nothing may reach the peer");
      const counts = stage.account();
      assert.deepEqual([counts.delivered, counts.unconfirmed, counts.pending], [0, 0, 0]);
      await stage.deliver();
    }),

    on("says a message may have arrived where its call is aborted after it went out", async (stage) => {
      await stage.deliver();
      await stage.peer.become("silent");
      const caller = new AbortController();
      const { sending } = await stage.sendToPeer(caller.signal);
      const reason = new RangeError("not wanted any more");
      caller.abort(reason);
      const thrown = await stage.failureOf(sending);
      assertUnconfirmed(thrown);
      assert.equal(thrown.cause, reason, "the cause is the signal's own reason");
      assertOnly(stage, "unconfirmed", 1);
    }),

    on("says a message may have arrived where no answer comes in time", async (stage) => {
      await stage.deliver();
      await stage.peer.become("silent");
      const before = stage.peer.received();
      const thrown = await stage.failureOf(stage.send({ timeoutMs: 500 }));
      // On a machine that is held up, the time can be over before the message is on its way.
      if (stage.peer.received() > before) assertUnconfirmed(thrown);
      assertOnly(stage, outcomeOf(thrown), 1);
      await stage.until("health() tells of it", () => stage.client.health().status === "degraded");
      stage.account();
    }),

    on(
      "ends a send in time where the peer never answers anything",
      async (stage) => {
        const thrown = await stage.failureOf(stage.send({ timeoutMs: 300 }));
        if (stage.peer.received() > 0) assertUnconfirmed(thrown);
        assertOnly(stage, outcomeOf(thrown), 1);
      },
      { behaviour: "silent" },
    ),

    on(
      "says a message may have arrived where the connection breaks, until a send succeeds",
      async (stage) => {
        await stage.deliver();
        await stage.peer.become("resets");
        const before = stage.peer.received();
        const thrown = await stage.failureOf(stage.send({ timeoutMs: 10_000 }));
        if (stage.peer.received() > before) assertUnconfirmed(thrown);
        assertOnly(stage, outcomeOf(thrown), 1);
        await recovers(stage);
      },
    ),

    on(
      "never says a message may have arrived where the peer cannot be reached",
      async (stage) => {
        const thrown = await stage.failureOf(stage.send({ timeoutMs: 3_000 }));
        assert.ok(thrown instanceof WirekitError, `must be a WirekitError: ${thrown}`);
        assert.ok(!(thrown instanceof UnconfirmedError), `nothing went out: ${thrown}`);
        assert.equal(stage.account().unconfirmed, 0);
        await recovers(stage);
      },
      { behaviour: "unreachable" },
    ),

    on("refuses a time limit that is none, before anything is sent", async (stage) => {
      for (const timeoutMs of [Number.NaN, -1, 2 ** 31, null, "1"]) {
        const thrown = await stage.failureOf(stage.send({ timeoutMs: timeoutMs as number }));
        assert.ok(thrown instanceof WirekitError, `must be a WirekitError: ${thrown}`);
        assert.match(thrown.message, /timeoutMs/, "the error names the option");
        assert.equal(stage.account().unconfirmed, 0);
      }
      assert.equal(stage.peer.received(), 0, "nothing may reach the peer");
    }),

    on("refuses a send after it was closed", async (stage) => {
      await stage.close();
      const thrown = await stage.failureOf(stage.send());
      assert.ok(thrown instanceof ClosedError, `must be a ClosedError: ${thrown}`);
      assert.equal(stage.account().pending, 0);
      assert.equal(stage.peer.received(), 0);
    }),
  ];
}

/** Health is degraded, with a reason, until a send succeeds. */
async function recovers(stage: Stage): Promise<void> {
  await stage.until("health() tells of it", () => stage.client.health().status === "degraded");
  stage.account();
  await stage.peer.become("works");
  await stage.sendUntilDelivered();
  await stage.until("health() is ok again", () => stage.client.health().status === "ok");
  stage.account();
}

export function assertUnconfirmed(thrown: unknown): asserts thrown is UnconfirmedError {
  assert.ok(
    thrown instanceof UnconfirmedError,
    `the message went out, so that the error must be an UnconfirmedError, not ${thrown}`,
  );
}

function outcomeOf(thrown: unknown): "unconfirmed" | "expired" | "notSent" {
  if (thrown instanceof UnconfirmedError) return "unconfirmed";
  return thrown instanceof TimeoutError ? "expired" : "notSent";
}

/** Beside what was delivered, so many have this outcome, and no other has any. */
function assertOnly(stage: Stage, outcome: "unconfirmed" | "expired" | "notSent", count: number): void {
  const { accepted, delivered, ...rest } = stage.account();
  assert.equal(accepted, delivered + count);
  for (const [name, value] of Object.entries(rest)) {
    assert.equal(value, name === outcome ? count : 0, `${name}: ${JSON.stringify(rest)}`);
  }
}
