import { startKafka } from "@wirekit/servers";
import { kafkaBroker } from "../../load/kafka-broker.ts";
import { Load } from "../../load/load.ts";
import { type Held, holding } from "../held.ts";
import type { RunningWorkload, Workload } from "../workload.ts";
import { loadWorkload } from "./load-workload.ts";
import { standingStill } from "./standing-still.ts";

const perSecond = 100;
const consumers = 3;
const programs = { sender: "bus-sender-process.ts", consumer: "bus-consumer-process.ts" };
/** The account sees to the order of the keys of what is named so. */
const queues = ["soak.fifo"];

/** One process sends to a topic, three consume it as a group; the broker and the members fail. */
export const messageBusOnKafka: Workload = {
  name: "message-bus on Apache Kafka",
  needs: ["kafka"],
  start: () => holding(run),
};

async function run(held: Held): Promise<RunningWorkload> {
  // A consumer that dies is to be missed soon.
  const server = held.hold(await startKafka({ properties: { "group.min.session.timeout.ms": 1_000 } }));
  const url = server.addresses.plaintext;
  const load = held.hold(
    await Load.start({ url, region: "", queues, consumers, programs, broker: kafkaBroker({ url }) }),
  );
  await load.sender.ask("start", { perSecond });
  return loadWorkload(load, {
    held,
    logPaths: [server.logPath],
    faults: [
      { name: "the broker is killed and restarted", strike: () => server.restart({ signal: "SIGKILL" }) },
      standingStill(server),
    ],
  });
}
