import type { RawClient } from "../raw-client.ts";
import { until } from "../until.ts";

/** Asks again and again until the answer is as it should be in the end. */
export async function settled<T>(
  ask: () => Promise<T | "closed">,
  isThere: (answer: T) => boolean,
): Promise<void> {
  await until(async () => {
    const answer = await ask();
    if (answer === "closed") throw new Error("the broker closed the connection");
    return isThere(answer);
  });
}

/** Makes a topic and waits until it can be used. */
export async function makeTopic(client: RawClient, name: string, partitionCount: number): Promise<string> {
  const topic = { name, partitionCount, replicationFactor: 1, assignments: [], configs: [] };
  await client.request("CreateTopics", 3, { topics: [topic], timeoutMs: 10_000 });
  const partitions = Array.from({ length: partitionCount }, (_, index) => ({ index, timestamp: -1n }));
  await settled(
    () => client.request("ListOffsets", 1, { replicaId: -1, topics: [{ name, partitions }] }),
    ({ topics }) => topics.every((found) => found.partitions.every(({ errorCode }) => errorCode === 0)),
  );
  return name;
}
