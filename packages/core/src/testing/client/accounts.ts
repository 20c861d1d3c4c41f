import assert from "node:assert/strict";
import type { Client, SendStats } from "../../contract.ts";
import { assertPlain } from "../assert-plain.ts";
import type { ClientHarness } from "./harness.ts";

const outcomes = ["delivered", "rejected", "notSent", "dropped", "expired", "unconfirmed"] as const;
const ends = ["handled", "retried", "deadLettered", "invalid", "left"] as const;

/** The sum of all send counters in `stats()`, wherever they stand. */
export type SendTotals = { -readonly [Name in keyof SendStats]: number };

/**
 * Reads `stats()` and `health()`, and checks what holds for them at any time: they return at once, they are
 * plain data, and counters add up.
 */
export function account(harness: ClientHarness, client: Client<unknown>): SendTotals {
  const stats = client.stats();
  assertAtOnce("stats()", stats);
  harness.checkStats?.(stats);
  const health = client.health();
  assertAtOnce("health()", health);
  assert.ok(
    ["ok", "degraded", "failed", "closing", "closed"].includes(health.status),
    `health().status must be one of the five, not ${health.status}`,
  );
  if (health.status === "degraded")
    assert.ok(health.reasons.length > 0, "degraded health must give a reason");
  if (health.status === "ok") assert.deepEqual(health.reasons, [], "health that is ok has no reasons");
  for (const reason of health.reasons) {
    assert.match(reason.code, /^[a-z-]+\/[a-z-]+$/, "a reason has the code of an error");
    assert.ok(reason.message.length > 0, "a reason says what is wrong");
    assert.ok(reason.sinceMs >= 0, "a reason says for how long");
  }
  const totals: SendTotals = {
    accepted: 0,
    delivered: 0,
    rejected: 0,
    notSent: 0,
    dropped: 0,
    expired: 0,
    unconfirmed: 0,
    pending: 0,
  };
  for (const counters of countersIn(stats)) checkSums(counters, totals);
  return totals;
}

function assertAtOnce(what: string, value: unknown): void {
  assert.equal(typeof (value as { then?: unknown } | null)?.then, "undefined", `${what} returns at once`);
  assertPlain(what, value);
}

type Counters = Readonly<Record<string, unknown>>;

function countersIn(value: unknown): Counters[] {
  if (typeof value !== "object" || value === null) return [];
  return [value as Counters, ...Object.values(value).flatMap(countersIn)];
}

function checkSums(counters: Counters, totals: SendTotals): void {
  const sum = (names: readonly string[]) => names.reduce((total, name) => total + countOf(counters, name), 0);
  if ("accepted" in counters) {
    const { accepted } = counters;
    assert.equal(accepted, sum([...outcomes, "pending"]), `accepted must be the sum: ${shown(counters)}`);
    for (const name of ["accepted", "pending", ...outcomes] as const) totals[name] += countOf(counters, name);
  }
  if ("received" in counters && "processing" in counters) {
    const { received } = counters;
    assert.equal(received, sum([...ends, "waiting", "processing"]), `received must be: ${shown(counters)}`);
  }
}

function countOf(counters: Counters, name: string): number {
  const count = counters[name];
  assert.ok(Number.isSafeInteger(count) && (count as number) >= 0, `${name} must count: ${shown(counters)}`);
  return count as number;
}

const shown = (value: unknown): string => JSON.stringify(value);
