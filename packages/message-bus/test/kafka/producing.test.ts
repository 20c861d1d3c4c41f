import { afterEach, expect, it } from "@jest/globals";
import { closeAll, openProducer, record } from "./open-producer.ts";

afterEach(closeAll);

it("sends", async () => {
  const { producer, broker } = await openProducer();
  const sent = await Promise.all(Array.from({ length: 5 }, (_, index) => producer.send(record(`v${index}`, { key: `k${index}` }))));
  console.log(sent, broker.counts);
}, 20_000);
