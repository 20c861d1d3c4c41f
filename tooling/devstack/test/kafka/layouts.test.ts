import { createRequire } from "node:module";
import { describe, expect, it } from "@jest/globals";
import { Reader, Writer } from "@platformatic/kafka";
import { type ApiName, layouts, type ResponseOf } from "../../src/kafka/protocol/layouts.ts";

const require = createRequire(import.meta.url);

/** How kafkajs writes a request and reads a response, in one version of one API. */
interface KafkajsCodec {
  readonly request: (body: object) => { encode(): Promise<{ readonly buffer: Buffer }> };
  readonly response: { decode(bytes: Buffer): Promise<object> };
}

/** The same message in the words of kafkajs and in those of the layouts, as far as all versions have it. */
interface Example<Name extends ApiName> {
  readonly folder: string;
  readonly asked: object;
  readonly read: object;
  readonly written: ResponseOf<Name>;
  readonly understood: object;
}

const examples: { readonly [Name in ApiName]: Example<Name> } = {
  Produce: {
    folder: "produce",
    asked: {
      acks: -1,
      timeout: 77,
      producerId: "5",
      topicData: [
        {
          topic: "t",
          partitions: [{ partition: 3, firstSequence: 0, messages: [{ key: "k", value: "v" }] }],
        },
      ],
    },
    read: { acks: -1, timeoutMs: 77, topics: [{ name: "t" }] },
    written: { topics: [{ name: "t", partitions: [{ index: 3, errorCode: 6, baseOffset: 9n }] }] },
    understood: { topics: [{ topicName: "t", partitions: [{ partition: 3, errorCode: 6 }] }] },
  },
  Fetch: {
    folder: "fetch",
    asked: {
      replicaId: -1,
      maxWaitTime: 50,
      minBytes: 2,
      maxBytes: 3,
      topics: [{ topic: "t", partitions: [{ partition: 4, fetchOffset: "12", maxBytes: 5 }] }],
    },
    read: {
      maxWaitMs: 50,
      minBytes: 2,
      topics: [{ name: "t", partitions: [{ index: 4, fetchOffset: 12n, maxBytes: 5 }] }],
    },
    written: {
      topics: [{ name: "t", partitions: [{ index: 4, errorCode: 1, highWatermark: 8n, records: null }] }],
    },
    understood: {
      responses: [{ topicName: "t", partitions: [{ partition: 4, errorCode: 1, highWatermark: "8" }] }],
    },
  },
  ListOffsets: {
    folder: "listOffsets",
    asked: {
      replicaId: -1,
      isolationLevel: 1,
      topics: [{ topic: "t", partitions: [{ partition: 1, timestamp: "-2" }] }],
    },
    read: { topics: [{ name: "t", partitions: [{ index: 1, timestamp: -2n }] }] },
    written: { topics: [{ name: "t", partitions: [{ index: 1, errorCode: 3 }] }] },
    understood: {
      responses: [{ topic: "t", partitions: [{ partition: 1, errorCode: 3 }] }],
    },
  },
  Metadata: {
    folder: "metadata",
    asked: { topics: ["t", "u"], allowAutoTopicCreation: true },
    read: { topics: ["t", "u"], allowAutoTopicCreation: true },
    written: {
      brokers: [{ nodeId: 1, host: "h", port: 2 }],
      topics: [
        {
          errorCode: 0,
          name: "t",
          partitions: [{ errorCode: 5, index: 1, leaderId: 2, replicaNodes: [3], isrNodes: [4] }],
        },
      ],
    },
    understood: {
      brokers: [{ nodeId: 1, host: "h", port: 2 }],
      topicMetadata: [
        {
          topic: "t",
          partitionMetadata: [{ partitionErrorCode: 5, partitionId: 1, leader: 2, replicas: [3], isr: [4] }],
        },
      ],
    },
  },
  OffsetCommit: {
    folder: "offsetCommit",
    asked: {
      groupId: "g",
      groupGenerationId: 7,
      retentionTime: "-1",
      memberId: "m",
      topics: [{ topic: "t", partitions: [{ partition: 1, offset: "99", metadata: "text" }] }],
    },
    read: {
      groupId: "g",
      topics: [{ name: "t", partitions: [{ index: 1, offset: 99n, metadata: "text" }] }],
    },
    written: { topics: [{ name: "t", partitions: [{ index: 1, errorCode: 22 }] }] },
    understood: { responses: [{ topic: "t", partitions: [{ partition: 1, errorCode: 22 }] }] },
  },
  OffsetFetch: {
    folder: "offsetFetch",
    asked: { groupId: "g", topics: [{ topic: "t", partitions: [{ partition: 1 }] }] },
    read: { groupId: "g", topics: [{ name: "t", partitions: [1] }] },
    written: { topics: [{ name: "t", partitions: [{ index: 1, offset: 5n, metadata: "x", errorCode: 0 }] }] },
    understood: {
      responses: [{ topic: "t", partitions: [{ partition: 1, offset: "5", metadata: "x", errorCode: 0 }] }],
    },
  },
  FindCoordinator: {
    folder: "findCoordinator",
    asked: { groupId: "g", coordinatorKey: "g", coordinatorType: 0 },
    read: { key: "g", keyType: 0 },
    written: { errorCode: 0, nodeId: 1, host: "h", port: 2 },
    understood: { errorCode: 0, coordinator: { nodeId: 1, host: "h", port: 2 } },
  },
  JoinGroup: {
    folder: "joinGroup",
    asked: {
      groupId: "g",
      sessionTimeout: 10,
      rebalanceTimeout: 20,
      memberId: "m",
      protocolType: "consumer",
      groupProtocols: [{ name: "range", metadata: Buffer.from("meta") }],
    },
    read: {
      groupId: "g",
      sessionTimeoutMs: 10,
      memberId: "m",
      groupInstanceId: null,
      protocolType: "consumer",
      protocols: [{ name: "range", metadata: Buffer.from("meta") }],
    },
    written: {
      errorCode: 0,
      generationId: 3,
      protocolName: "range",
      leader: "l",
      memberId: "m",
      members: [{ memberId: "m", metadata: Buffer.from("meta") }],
    },
    understood: {
      generationId: 3,
      groupProtocol: "range",
      leaderId: "l",
      memberId: "m",
      members: [{ memberId: "m", memberMetadata: Buffer.from("meta") }],
    },
  },
  Heartbeat: {
    folder: "heartbeat",
    asked: { groupId: "g", groupGenerationId: 4, memberId: "m", groupInstanceId: null },
    read: { groupId: "g", generationId: 4, memberId: "m", groupInstanceId: null },
    written: { errorCode: 27 },
    understood: { errorCode: 27 },
  },
  LeaveGroup: {
    folder: "leaveGroup",
    asked: { groupId: "g", memberId: "m", members: [{ memberId: "m", groupInstanceId: null }] },
    read: { groupId: "g" },
    written: { errorCode: 25 },
    understood: { errorCode: 25 },
  },
  SyncGroup: {
    folder: "syncGroup",
    asked: {
      groupId: "g",
      generationId: 4,
      memberId: "m",
      groupAssignment: [{ memberId: "m", memberAssignment: Buffer.from("a") }],
    },
    read: {
      groupId: "g",
      generationId: 4,
      memberId: "m",
      assignments: [{ memberId: "m", assignment: Buffer.from("a") }],
    },
    written: { errorCode: 0, assignment: Buffer.from("a") },
    understood: { errorCode: 0, memberAssignment: Buffer.from("a") },
  },
  SaslHandshake: {
    folder: "saslHandshake",
    asked: { mechanism: "PLAIN" },
    read: { mechanism: "PLAIN" },
    written: { errorCode: 0, mechanisms: ["PLAIN", "SCRAM-SHA-256"] },
    understood: { errorCode: 0, enabledMechanisms: ["PLAIN", "SCRAM-SHA-256"] },
  },
  ApiVersions: {
    folder: "apiVersions",
    asked: {},
    read: {},
    written: { errorCode: 0, apiKeys: [{ apiKey: 1, minVersion: 2, maxVersion: 3 }] },
    understood: { errorCode: 0, apiVersions: [{ apiKey: 1, minVersion: 2, maxVersion: 3 }] },
  },
  CreateTopics: {
    folder: "createTopics",
    asked: {
      timeout: 9,
      validateOnly: false,
      topics: [
        { topic: "t", numPartitions: 2, replicationFactor: 1, configEntries: [{ name: "a", value: "b" }] },
      ],
    },
    read: {
      timeoutMs: 9,
      validateOnly: false,
      topics: [
        {
          name: "t",
          partitionCount: 2,
          replicationFactor: 1,
          assignments: [],
          configs: [{ name: "a", value: "b" }],
        },
      ],
    },
    written: { topics: [{ name: "t", errorCode: 36, errorMessage: "there" }] },
    understood: { topicErrors: [{ topic: "t", errorCode: 36 }] },
  },
  DeleteTopics: {
    folder: "deleteTopics",
    asked: { topics: ["t"], timeout: 9 },
    read: { topicNames: ["t"], timeoutMs: 9 },
    written: { topics: [{ name: "t", errorCode: 3 }] },
    understood: { topicErrors: [{ topic: "t", errorCode: 3 }] },
  },
  InitProducerId: {
    folder: "initProducerId",
    asked: { transactionalId: null, transactionTimeout: 5 },
    read: { transactionalId: null, transactionTimeoutMs: 5 },
    written: { throttleTimeMs: 0, errorCode: 0, producerId: 7n, producerEpoch: 2 },
    understood: { errorCode: 0, producerId: "7", producerEpoch: 2 },
  },
  SaslAuthenticate: {
    folder: "saslAuthenticate",
    asked: { authBytes: Buffer.from([0, 0, 0, 1, 65]) },
    read: { authBytes: Buffer.from("A") },
    written: { errorCode: 0, errorMessage: null, authBytes: Buffer.from("B") },
    understood: { errorCode: 0, authBytes: Buffer.from([0, 0, 0, 1, 66]) },
  },
};

const versions = Object.entries(layouts).flatMap(
  ([
    name,
    {
      versions: [first, last],
    },
  ]) => Array.from({ length: last - first + 1 }, (_, index) => [name as ApiName, first + index] as const),
);

describe("kafkajs and the layouts", () => {
  it("know the same versions", () => {
    const known = (name: ApiName) =>
      require(`kafkajs/src/protocol/requests/${examples[name].folder}/index.js`)
        .versions as readonly string[];
    for (const name of Object.keys(layouts) as readonly ApiName[]) {
      const [first, last] = layouts[name].versions;
      expect([
        name,
        ...known(name)
          .map(Number)
          .filter((_, index, all) => index === 0 || index === all.length - 1),
      ]).toEqual([name, first, last]);
    }
  });

  it.each(versions)("mean the same by a request of %s in version %i", async (name, version) => {
    const encoded = await codec(name, version).request(examples[name].asked).encode();
    const reader = Reader.from(Buffer.from(encoded.buffer));
    expect(layouts[name].request.read(reader, version)).toMatchObject(examples[name].read);
    expect(reader.remaining).toBe(0);
  });

  it.each(versions)("mean the same by a response of %s in version %i", async (name, version) => {
    const writer = Writer.create();
    layouts[name].response.write(writer, examples[name].written as never, version);
    expect(await codec(name, version).response.decode(writer.buffer)).toMatchObject(
      examples[name].understood,
    );
  });
});

function codec(name: ApiName, version: number): KafkajsCodec {
  const folder = `kafkajs/src/protocol/requests/${examples[name].folder}/v${version}`;
  return { request: require(`${folder}/request.js`), response: require(`${folder}/response.js`) };
}
