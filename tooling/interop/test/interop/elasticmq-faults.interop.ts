import { expect } from "@jest/globals";
import { sleep } from "@wirekit/core/kit";
import { startElasticMq } from "@wirekit/servers";
import { scale } from "@wirekit/test-support/scale";
import { CuttableWay } from "../../src/load/cuttable-way.ts";
import { Load } from "../../src/load/load.ts";
import { restartElasticMq } from "../../src/load/restart-elasticmq.ts";
import { sqsBroker } from "../../src/load/sqs-broker.ts";
import { describePair } from "../../src/rows/describe-pair.ts";
import type { Counts } from "../../src/rows/row.ts";
import { sharedServer } from "../../src/rows/servers-in-use.ts";

/** What a power cut leaves is what it had acknowledged. */
const elasticmq = sharedServer(() => startElasticMq({ persistence: "disk" }));
const perSecond = 60;
/** Outlives several polls, which last a second, and the patience of every tenth send. */
const downMs = scale({ small: 6_000, full: 30_000 });
const enough = scale({ small: 200, full: 400 });

async function underLoad(
  name: string,
  happen: (load: Load, way: CuttableWay) => Promise<Counts>,
): Promise<Counts> {
  const { ports, region } = await elasticmq();
  await using way = await CuttableWay.to(ports.http);
  const place = { url: way.url, region };
  await using load = await Load.start({
    ...place,
    queues: [name, `${name}.fifo`],
    consumers: 3,
    programs: { sender: "sender-process.ts", consumer: "consumer-process.ts" },
    broker: sqsBroker(place),
  });
  await load.sender.ask("start", { perSecond });
  await load.handled(enough);
  const counts = await happen(load, way);
  await load.handled(load.balance().handled + enough);
  const { faults, missing, ...balance } = await load.finish();
  expect({ missing, faults }).toEqual({ missing: 0, faults: [] });
  return { ...balance, ...counts };
}

await describePair(
  { ours: "aws-messaging", theirs: "faults", on: "ElasticMQ", needs: ["elasticmq"] },
  (row) => {
    row("ours <-> ours", `the server is away for ${downMs / 1_000} s under load`, () =>
      underLoad("away", async (load, way) => {
        const server = await elasticmq();
        const queues = ["away", "away.fifo"];
        const goAway = async () => {
          await server.kill();
          await sleep(downMs);
          await server.restart();
        };
        await load.whileServerRestarts(() => restartElasticMq({ server, way, queues }, goAway));
        return { outages: 1 };
      }),
    );

    row("ours <-> ours", "the way to the server is cut, and mended", () =>
      underLoad("cut", async (_, way) => {
        await way.cut();
        await sleep(downMs);
        await way.mend();
        return { cuts: 1 };
      }),
    );

    row("ours <-> ours", "the server stands still, and goes on", () =>
      underLoad("still", async () => {
        const server = await elasticmq();
        server.pause();
        await sleep(downMs);
        server.resume();
        return { pauses: 1 };
      }),
    );

    row("ours <-> ours", "consumers are killed while they consume", () =>
      underLoad("killed", async (load) => {
        let kills = 0;
        for (const index of [0, 1, 2, 0]) {
          await load.replaceConsumer(index);
          kills += 1;
          await load.handled(load.balance().handled + enough / 4);
        }
        return { kills };
      }),
    );
  },
);
