import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:net";

/**
 * The options name what is wrong with them, a driver of one's own needs no kafkajs, and afterwards nothing
 * keeps the process alive.
 */
export default async function kafka({ load, loadOther }) {
  const { createMessage, encodeMessage, Kafka, KafkaMessageBus, KafkaRefusedError } =
    await load("@wirekit/message-bus");
  const other = await loadOther("@wirekit/message-bus");
  const { ConfigError, ConnectionError } = await load("@wirekit/core");
  const payload = { reference: "REF-1", status: "APPROVED" };
  const input = {
    source: "LEDGER",
    serviceToken: "jwt",
    instructionType: "STATUS_UPDATE",
    payload,
  };
  const message = createMessage(input);

  const environment = { KAFKA_API_PROTOCOL: "CARRIER_PIGEON" };
  const wrong = thrownBy(() => KafkaMessageBus.fromEnv(environment));
  assert.ok(wrong instanceof ConfigError);
  assert.ok(wrong.issues.some(({ path }) => path === "KAFKA_API_PROTOCOL"));
  assert.throws(() => new KafkaMessageBus({ lingerMs: -1 }), /lingerMs/);

  const written = [];
  const driver = driverThat((records) => written.push(...records));
  const bus = new KafkaMessageBus({ ...plain, driver });
  const sent = await bus.sendMessage(message, {
    target: "updates",
    key: "user-1",
  });
  assert.deepEqual(sent, {
    target: "updates",
    topic: "updates",
    partition: 0,
    offset: 7,
    messageId: "updates:0:7",
  });
  assert.deepEqual(
    written.map(({ key, value }) => [key, value]),
    [["user-1", encodeMessage(message)]],
  );
  await bus.close();

  const refusal = new other.KafkaRefusedError("Sending", {
    kafkaError: "INVALID_RECORD",
    retryable: false,
  });
  const refusing = new Kafka({ ...plain, driver: driverThat(() => undefined, refusal) });
  const refused = await refusing.sendMessage(message, { topic: "updates" }).catch((error) => error);
  assert.ok(refused instanceof KafkaRefusedError, String(refused));
  assert.equal(refused.kafkaError, "INVALID_RECORD");
  await refusing.close();

  // Where kafkajs is installed, nobody answers; where it is not, the error says what to install.
  const bootstrapServers = `127.0.0.1:${await closedPort()}`;
  const options = {
    bootstrapServers,
    securityProtocol: "PLAINTEXT",
    deliveryTimeoutMs: 2_000,
  };
  const unreachable = new KafkaMessageBus(options);
  const failed = await unreachable.sendMessage(message, { target: "updates" }).catch((error) => error);
  const expected = (await isInstalled("kafkajs")) ? ConnectionError : ConfigError;
  assert.ok(failed instanceof expected, String(failed));
  await unreachable.close();
}

const plain = { securityProtocol: "PLAINTEXT" };

function thrownBy(task) {
  try {
    task();
  } catch (thrown) {
    return thrown;
  }
  return assert.fail("nothing was thrown");
}

/** A topic of one partition, which holds seven records already. Nothing is consumed here. */
function driverThat(write, error) {
  const result = error ? { kind: "refused", error } : { kind: "written", baseOffset: 7n };
  return {
    openProducer: () => ({
      send: async (batches) => {
        write(batches.flatMap(({ records }) => records));
        return batches.map(() => result);
      },
      close: async () => undefined,
    }),
    openMember: () => assert.fail("nothing is consumed"),
    lag: async () => [],
    partitionCount: async () => 1,
    close: async () => undefined,
  };
}

async function closedPort() {
  const server = createServer();
  await once(server.listen(0, "127.0.0.1"), "listening");
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}

async function isInstalled(name) {
  return import(name).then(
    () => true,
    () => false,
  );
}
