import assert from "node:assert/strict";
import { ClosedError } from "../../errors/closed-error.ts";
import { UnconfirmedError } from "../../errors/unconfirmed-error.ts";
import { WirekitError } from "../../errors/wirekit-error.ts";
import type { SendOutcome } from "../../outcome.ts";
import type { ConformanceCase } from "../conformance-case.ts";
import type { ClientHarness } from "./harness.ts";
import { onStage, type Stage, type StageOptions } from "./stage.ts";

const count = 3;

/** What the contract says of bulk sends. */
export function bulkCases(harness: ClientHarness): ConformanceCase[] {
  if (harness.sendMany === undefined) return [];
  const on = (name: string, act: (stage: Stage) => Promise<void>, options?: StageOptions) => ({
    name: `${name}, in bulk`,
    run: onStage(harness, act, options),
  });

  return [
    on("counts each message from the call to its outcome", async (stage) => {
      const outcomes = await outcomesOf(stage);
      assert.deepEqual(
        outcomes.map(({ kind }) => kind),
        Array.from({ length: count }, () => "delivered"),
      );
      for (const outcome of outcomes) {
        assert.ok(outcome.kind === "delivered" && outcome.attempts >= 1, "it counts its attempts");
        assert.ok(outcome.latencyMs >= 0, "it says how long it took");
      }
      assert.ok(stage.peer.received() > 0, "they reached the peer");
    }),

    on("says of each message whether it may have arrived where no answer comes in time", async (stage) => {
      await stage.deliver();
      await stage.peer.become("silent");
      const before = stage.peer.received();
      const outcomes = await outcomesOf(stage, { timeoutMs: 500 });
      assert.ok(
        outcomes.every(({ kind }) => kind !== "delivered"),
        "nothing was acknowledged",
      );
      assertUnconfirmed(outcomes, stage.peer.received() - before);
    }),

    on("says of each message whether it may have arrived where the call is aborted", async (stage) => {
      await stage.deliver();
      await stage.peer.become("silent");
      const before = stage.peer.received();
      const caller = new AbortController();
      const sending = outcomesOf(stage, { signal: caller.signal });
      sending.catch(() => undefined);
      await stage.until("a message reaches the peer", () => stage.peer.received() > before);
      caller.abort(new RangeError("not wanted any more"));
      assertUnconfirmed(await sending, stage.peer.received() - before);
    }),

    on(
      "says of no message that it may have arrived where the peer cannot be reached",
      async (stage) => {
        const outcomes = await outcomesOf(stage, { timeoutMs: 3_000 });
        assertUnconfirmed(outcomes, 0);
        assert.ok(outcomes.every(({ kind }) => kind !== "delivered"));
      },
      { behaviour: "unreachable" },
    ),

    on("sends nothing after it was closed", async (stage) => {
      await stage.close();
      for (const outcome of await outcomesOf(stage)) {
        assert.equal(outcome.kind, "not-sent");
        assert.ok(outcome.error instanceof ClosedError, `must be a ClosedError: ${outcome.error}`);
      }
      assert.equal(stage.peer.received(), 0);
    }),
  ];
}

/** Sends some messages at once. Each must get an outcome, and the counters must say the same as they do. */
async function outcomesOf(
  stage: Stage,
  options: { readonly timeoutMs?: number; readonly signal?: AbortSignal } = {},
): Promise<readonly SendOutcome[]> {
  const { sendMany } = stage.harness;
  assert.ok(sendMany);
  const before = stage.account();
  const outcomes = await stage
    .inTime("a bulk send", sendMany(stage.client, count, options))
    .catch((thrown) => {
      if (thrown instanceof assert.AssertionError) throw thrown;
      return assert.fail(`a bulk send rejects only for its arguments, and did with ${thrown}`);
    });
  assert.equal(outcomes.length, count, "each message has an outcome");
  const after = stage.account();
  for (const [kind, name] of Object.entries(counters)) {
    const told = outcomes.filter((outcome) => outcome.kind === kind).length;
    assert.equal(after[name] - before[name], told, `${name} must count the outcomes "${kind}"`);
  }
  for (const outcome of outcomes) {
    if (outcome.kind === "delivered") continue;
    assert.ok(outcome.error instanceof WirekitError, `must be a WirekitError: ${outcome.error}`);
  }
  return outcomes;
}

const counters = {
  delivered: "delivered",
  rejected: "rejected",
  "not-sent": "notSent",
  dropped: "dropped",
  expired: "expired",
  unconfirmed: "unconfirmed",
} as const;

/** At least as many messages as reached the peer may have arrived, and none if none did. */
function assertUnconfirmed(outcomes: readonly SendOutcome[], received: number): void {
  const unconfirmed = outcomes.filter((outcome) => outcome.kind === "unconfirmed");
  const least = Math.min(received, count);
  assert.ok(
    unconfirmed.length >= least && (received > 0 || unconfirmed.length === 0),
    `${received} reached the peer, and ${unconfirmed.length} are said to be unconfirmed`,
  );
  for (const { error } of unconfirmed)
    assert.ok(error instanceof UnconfirmedError, `must be an UnconfirmedError: ${error}`);
}
