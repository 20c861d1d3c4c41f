// Consumes a topic as a member of a group until it is killed, and says what it has handled: KAFKA, TOPIC,
// GROUP in the environment.
import { silentLogger } from "@wirekit/core";
import { sleep } from "@wirekit/core/kit";
import { KafkaMessageBus } from "@wirekit/message-bus";
import { answerLines, say } from "../../../src/programs/answer-lines.ts";
import { sharedClockMs } from "./group-account.ts";
import { referenceOf } from "./load.ts";

const { KAFKA = "", TOPIC = "", GROUP = "" } = process.env;

const bus = new KafkaMessageBus({
  bootstrapServers: KAFKA,
  securityProtocol: "PLAINTEXT",
  // Short, so that one that was killed is missed soon, and still many heartbeats: one that lives is not to be
  // taken for dead.
  sessionTimeoutMs: 6_000,
  heartbeatIntervalMs: 300,
  logger: silentLogger,
});

// Slow enough that there is always more than it can do.
const consumer = bus.consume(
  { target: TOPIC, groupId: GROUP, concurrency: 2 },
  async (_message, { received }) => {
    await sleep(20);
    const [, partition, offset] = received.receiptHandle.split(":");
    const reference = referenceOf(received.raw);
    // Is in the pipe when this returns: what was handled is known also of a process that is killed in the
    // next moment.
    say("handled", { partition: Number(partition), offset: Number(offset), reference, at: sharedClockMs() });
  },
);

answerLines({
  leave: async () => {
    await consumer.close();
    await bus.close();
  },
});
