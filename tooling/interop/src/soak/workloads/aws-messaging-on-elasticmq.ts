import { sleep } from "@wirekit/core";
import { startElasticMq } from "@wirekit/servers";
import { CuttableWay } from "../../load/cuttable-way.ts";
import { Load } from "../../load/load.ts";
import type { TalkingProgram } from "../../programs/talking-program.ts";
import { type Held, holding } from "../held.ts";
import type { RunningWorkload, Workload } from "../workload.ts";

const perSecond = 40;
const consumers = 3;

/** One process sends to a plain and a FIFO queue, three consume; the server, the way to it and the processes fail. */
export const awsMessagingOnElasticMq: Workload = {
  name: "aws-messaging on ElasticMQ",
  needs: ["elasticmq"],
  start: () => holding(run),
};

async function run(held: Held): Promise<RunningWorkload> {
  const server = held.hold(await startElasticMq({ persistence: "disk" }));
  const way = held.hold(await CuttableWay.to(server.ports.http));
  const queues = ["soak", "soak.fifo"];
  const load = held.hold(await Load.start({ url: way.url, region: server.region, queues, consumers }));
  await load.sender.ask("start", { perSecond });
  return {
    logPaths: [server.logPath],
    faults: [
      {
        name: "the server is killed and restarted",
        strike: async () => {
          await server.restart({ signal: "SIGKILL" });
          await load.serverWasRestarted();
        },
      },
      {
        name: "the server stands still",
        strike: async (random) => {
          server.pause();
          await sleep(random.between(500, 4_000));
          server.resume();
        },
      },
      {
        name: "the way to the server is cut",
        strike: async (random) => {
          await way.cut();
          await sleep(random.between(500, 4_000));
          await way.mend();
        },
      },
      {
        name: "a consumer is killed",
        // The first is left alone, so that there is one whose memory can be followed.
        strike: (random) => load.replaceConsumer(Math.floor(random.between(1, consumers))),
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
      const { faults, ...balance } = await load.finish();
      const account = Object.entries(balance).map(([name, count]) => `${name} ${count}`);
      return { account: account.join(", "), faults };
    },
    [Symbol.asyncDispose]: () => held[Symbol.asyncDispose](),
  };
}

async function memoryOf(program: TalkingProgram | undefined): Promise<number> {
  return (await program?.ask<number>("memory")) ?? 0;
}
