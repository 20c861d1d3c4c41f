import { sleep } from "@wirekit/core/kit";
import { startElasticMq } from "@wirekit/servers";
import { CuttableWay } from "../../load/cuttable-way.ts";
import { Load, type LoadPrograms } from "../../load/load.ts";
import { restartElasticMq } from "../../load/restart-elasticmq.ts";
import { sqsBroker } from "../../load/sqs-broker.ts";
import { type Held, holding } from "../held.ts";
import type { RunningWorkload, Workload } from "../workload.ts";
import { loadWorkload } from "./load-workload.ts";
import { standingStill } from "./standing-still.ts";

const queues = ["soak", "soak.fifo"];
const consumers = 3;

/**
 * One process sends to a plain and a FIFO queue, three consume; the server, the way to it and the processes
 * fail.
 */
function onElasticMq(name: string, programs: LoadPrograms, perSecond: number): Workload {
  const run = async (held: Held): Promise<RunningWorkload> => {
    const server = held.hold(await startElasticMq({ persistence: "disk" }));
    const way = held.hold(await CuttableWay.to(server.ports.http));
    const place = { url: way.url, region: server.region };
    const load = held.hold(
      await Load.start({ ...place, queues, consumers, programs, broker: sqsBroker(place) }),
    );
    await load.sender.ask("start", { perSecond });
    return loadWorkload(load, {
      held,
      logPaths: [server.logPath],
      faults: [
        {
          name: "the server is killed and restarted",
          strike: () =>
            load.whileServerRestarts(() =>
              restartElasticMq({ server, way, queues }, () => server.restart({ signal: "SIGKILL" })),
            ),
        },
        standingStill(server),
        {
          name: "the way to the server is cut",
          strike: async (random) => {
            await way.cut();
            await sleep(random.between(500, 4_000));
            await way.mend();
          },
        },
      ],
    });
  };
  return { name: `${name} on ElasticMQ`, needs: ["elasticmq"], start: () => holding(run) };
}

export const awsMessagingOnElasticMq = onElasticMq(
  "aws-messaging",
  { sender: "sender-process.ts", consumer: "consumer-process.ts" },
  40,
);

export const messageBusOnElasticMq = onElasticMq(
  "message-bus",
  { sender: "bus-sender-process.ts", consumer: "bus-consumer-process.ts" },
  20,
);
