import { once } from "node:events";
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { describe, it } from "@jest/globals";
import { silentLogger } from "@wirekit/core";
import {
  type ClientHarness,
  type ConformancePeer,
  clientConformance,
  type PeerBehaviour,
} from "@wirekit/core/testing";
import { KindoClient } from "../src/index.ts";
import { aMessage, credentials } from "./messages.ts";

interface KindoPeer extends ConformancePeer {
  readonly url: string;
}

const accepted = '{"tracking_id": "t-1"}';

/** Answers as a Function URL does, and as Lambda's API does for a function that returns a tracking id. */
async function startPeer(): Promise<KindoPeer> {
  let behaviour: PeerBehaviour = "works";
  let received = 0;
  const unanswered: ServerResponse[] = [];
  const sockets = new Set<Socket>();
  const server = createServer((request, response) => {
    request.resume().on("end", () => {
      received += 1;
      if (behaviour === "resets") request.socket.resetAndDestroy();
      else if (behaviour === "silent") unanswered.push(response);
      else response.end(accepted);
    });
  });
  server.on("connection", (socket: Socket) => {
    sockets.add(socket.on("close", () => sockets.delete(socket)));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;

  const stop = async () => {
    if (!server.listening) return;
    server.close();
    for (const socket of sockets) socket.destroy();
    await once(server, "close");
  };
  return {
    url: `http://127.0.0.1:${port}/`,
    received: () => received,
    async become(next) {
      behaviour = next;
      if (next === "unreachable") await stop();
      else if (!server.listening) await once(server.listen(port, "127.0.0.1"), "listening");
    },
    answerLate() {
      for (const response of unanswered.splice(0)) response.end(accepted);
    },
    close: stop,
  };
}

const retry = { maxAttempts: 2, baseDelayMs: 1, maxDelayMs: 2 };
const common = { credentials, retry, logger: silentLogger };
const arn = "arn:aws:lambda:ap-southeast-2:123456789012:function:kindo-producer";
const url = "https://abc.lambda-url.ap-southeast-2.on.aws/";

const shared: Pick<ClientHarness<KindoClient, KindoPeer>, "startPeer" | "send" | "sendMany"> = {
  startPeer,
  send: (client, options) => client.send(aMessage(), options),
  sendMany: async (client, count, options) =>
    (await client.sendMany(Array(count).fill(aMessage()), options)).outcomes,
};
const commonOptions = {
  durations: ["timeoutMs"],
  numbers: ["retry.maxAttempts", "retry.baseDelayMs"],
  texts: ["region"],
  objects: ["retry", "logger", "clock", "credentials"],
};
const keys = { AWS_ACCESS_KEY_ID: "AKIDEXAMPLE", AWS_SECRET_ACCESS_KEY: "secret-of-the-example" };

const harnesses: Readonly<Record<string, ClientHarness<KindoClient, KindoPeer>>> = {
  "by Function URL": {
    ...shared,
    create: ({ url }, overrides) => new KindoClient({ ...common, url, ...overrides } as never),
    options: {
      ...commonOptions,
      durations: [...commonOptions.durations, "connectTimeoutMs", "responseTimeoutMs"],
      numbers: [...commonOptions.numbers, "maxConnections"],
      texts: [...commonOptions.texts, "service", "url"],
      functions: ["fetch", "transport", "idempotencyKey", "random"],
    },
    fromEnv: {
      create: (env, overrides) => KindoClient.fromEnv(env, overrides as never),
      env: { KINDO_MESSAGE_PRODUCER_URL: url, ...keys },
      bad: [
        { env: {}, names: ["KINDO_MESSAGE_PRODUCER_URL"] },
        {
          env: {
            KINDO_MESSAGE_PRODUCER_URL: "hidden://example",
            KINDO_MESSAGE_BEHAVIOR: "some other day",
            AWS_REGION: "not a region",
            AWS_ACCESS_KEY_ID: "AKIDEXAMPLE",
          },
          names: [
            "KINDO_MESSAGE_PRODUCER_URL",
            "KINDO_MESSAGE_BEHAVIOR",
            "AWS_REGION",
            "AWS_SECRET_ACCESS_KEY",
          ],
        },
      ],
    },
  },
  "by ARN": {
    ...shared,
    create: ({ url }, overrides) => new KindoClient({ ...common, arn, endpoint: url, ...overrides } as never),
    options: { ...commonOptions, texts: [...commonOptions.texts, "endpoint"], functions: ["random"] },
    fromEnv: {
      create: (env, overrides) => KindoClient.fromEnv(env, overrides as never),
      env: { KINDO_MESSAGE_PRODUCER_ARN: arn, ...keys },
      bad: [{ env: { KINDO_MESSAGE_PRODUCER_ARN: "arn:aws:sqs" }, names: ["KINDO_MESSAGE_PRODUCER_ARN"] }],
    },
  },
};

describe.each(Object.entries(harnesses))("a KindoClient that sends %s", (_way, harness) => {
  for (const { name, run } of clientConformance(harness)) it(name, run);
});
