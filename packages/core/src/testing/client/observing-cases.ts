import assert from "node:assert/strict";
import type { ConformanceCase } from "../conformance-case.ts";
import type { ClientHarness, ClientOptions } from "./harness.ts";
import { onStage, type Stage } from "./stage.ts";

const failing = {
  throws: (): never => {
    throw new Error("an observer has failed");
  },
  rejects: (): Promise<never> => Promise.reject(new Error("an observer has failed")),
};

/** What observes never breaks what it observes. */
export function observingCases(harness: ClientHarness): ConformanceCase[] {
  return Object.entries(failing).flatMap(([how, fail]) => {
    const logger = { debug: fail, info: fail, warn: fail, error: fail };
    const options: [string, ClientOptions][] = [
      ["logger", { logger }],
      ...(harness.hooks ?? []).map((name): [string, ClientOptions] => [name, { [name]: fail }]),
    ];
    const observed = options.map(([name, overrides]) => ({
      name: `is not disturbed by a ${name} that ${how}`,
      run: onStage(harness, goThroughAll, { overrides }),
    }));
    if (harness.listen === undefined) return observed;
    const listened = onStage(harness, async (stage) => {
      harness.listen?.(stage.client, fail);
      await goThroughAll(stage);
    });
    return [...observed, { name: `is not disturbed by a listener that ${how}`, run: listened }];
  });
}

/** Success, failure, recovery and closing: all that there is to observe. */
async function goThroughAll(stage: Stage): Promise<void> {
  if (stage.harness.send !== undefined) await stage.deliver();
  await stage.peer.become("resets");
  if (stage.harness.send !== undefined) {
    await stage.failureOf(stage.send({ timeoutMs: 10_000 }));
    await stage.peer.become("works");
    await stage.sendUntilDelivered();
  }
  await stage.peer.become("works");
  await stage.close();
  assert.equal(stage.account().pending, 0);
  assert.equal(stage.client.health().status, "closed");
}
