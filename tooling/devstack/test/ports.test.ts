import { describe, expect, it, jest } from "@jest/globals";
import { startAws } from "../src/aws/index.ts";
import { startKafka } from "../src/kafka/index.ts";
import { startLambdaUrl } from "../src/lambda-url/index.ts";
import { credentials } from "./signed-request.ts";

// Nothing here takes a second by itself; on a machine that has other things to do, it may take several.
jest.setTimeout(60_000);

interface Server {
  readonly address: string;
  close(): Promise<void>;
}

const servers: readonly (readonly [string, string, (port: number) => Promise<Server>])[] = [
  [
    "SNS and SQS",
    "port",
    async (port) => {
      const { endpointUrl: address, close } = await startAws({ port });
      return { address, close };
    },
  ],
  [
    "the Kindo Producer",
    "port",
    async (port) => {
      const { url: address, close } = await startLambdaUrl({ credentials, port });
      return { address, close };
    },
  ],
  [
    "Kafka",
    "ports\\[0\\]",
    async (port) => {
      const { bootstrapServers, close } = await startKafka({ ports: [port] });
      return { address: `kafka://${bootstrapServers}`, close };
    },
  ],
];

describe.each(servers)("%s", (_name, option, start) => {
  it("listens on the port that it is told, and has it free when it is closed", async () => {
    const first = await start(0);
    const port = Number(new URL(first.address).port);
    const refusal = new RegExp(
      `^cannot listen on port ${port}, which the option ${option} asks for: it is taken`,
    );
    await expect(start(port)).rejects.toMatchObject({
      name: "PortError",
      code: "EADDRINUSE",
      message: expect.stringMatching(refusal),
    });
    await first.close();
    const second = await start(port);
    expect(second.address).toBe(first.address);
    await second.close();
  });

  it("refuses what is no port, by the name of the option", async () => {
    await expect(start(70_000)).rejects.toThrow(new RegExp(`^${option} must be a port`));
  });
});
