import assert from "node:assert/strict";
import process from "node:process";
import { setImmediate } from "node:timers/promises";

const events = ["unhandledRejection", "uncaughtException"] as const;

/**
 * Runs `task`, and fails if the process reports an exception or a rejection that is not handled. A runner
 * that keeps these events from the tests (Jest) fails the test by itself.
 */
export async function watchProcess(task: () => Promise<void>): Promise<void> {
  const seen: unknown[] = [];
  const note = (thrown: unknown) => void seen.push(thrown);
  for (const event of events) process.on(event, note);
  try {
    await task();
    // Rejections are reported after the turn in which they happen.
    for (let turn = 0; turn < 3; turn += 1) await setImmediate();
  } finally {
    for (const event of events) process.off(event, note);
  }
  assert.deepEqual(seen, [], "the process reported what the client should have handled");
}
