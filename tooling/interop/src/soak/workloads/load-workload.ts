import type { Load } from "../../load/load.ts";
import type { TalkingProgram } from "../../programs/talking-program.ts";
import type { Held } from "../held.ts";
import type { Fault, RunningWorkload } from "../workload.ts";

/**
 * A load as a workload: what is the same wherever it runs. `faults` come on top of the death of a consumer.
 */
export function loadWorkload(
  load: Load,
  parts: { readonly held: Held; readonly logPaths: readonly string[]; readonly faults: readonly Fault[] },
): RunningWorkload {
  const { held, logPaths, faults } = parts;
  return {
    logPaths,
    faults: [
      ...faults,
      {
        name: "a consumer is killed",
        // The first is left alone, so that there is one whose memory can be followed.
        strike: (random) => load.replaceConsumer(Math.floor(random.between(1, load.consumers.length))),
      },
    ],
    sample: async () => {
      const { accepted, handled, again, notAccepted } = load.balance();
      const latenciesMs = load.latencies.splice(0);
      const account = `accepted ${accepted}, handled ${handled}, again ${again}, given up ${notAccepted}`;
      const memory = { sender: await memoryOf(load.sender), "consumer 0": await memoryOf(load.consumers[0]) };
      return { done: handled, latenciesMs, account, memory };
    },
    finish: async () => {
      const { faults: found, ...balance } = await load.finish();
      const account = Object.entries(balance).map(([name, count]) => `${name} ${count}`);
      return { account: account.join(", "), faults: found };
    },
    [Symbol.asyncDispose]: () => held[Symbol.asyncDispose](),
  };
}

async function memoryOf(program: TalkingProgram | undefined): Promise<number> {
  return (await program?.ask<number>("memory")) ?? 0;
}
