import { FaultScript } from "../faults/fault-script.ts";
import { serveFaulty } from "../http/faulty-service.ts";
import { listen } from "../http/http-server.ts";
import type { ApiRequest } from "./api-request.ts";
import { createAwsService, type RequestCounts } from "./aws-service.ts";
import { type QueueContents, startEmulator } from "./emulator.ts";
import { type AwsFault, type AwsFaults, type AwsOn, awsVocabulary } from "./faults.ts";

/** How SNS and SQS are to be. */
export interface AwsOptions {
  /** Default `eu-west-1`. */
  readonly regionName?: string | undefined;
  /** The port to listen on. Default: any that is free. */
  readonly port?: number | undefined;
}

/** SNS and SQS in this process, with faults on demand. For tests and demos. */
export interface AwsServer {
  /** What clients are pointed at. */
  readonly endpointUrl: string;
  readonly regionName: string;
  readonly accountId: string;
  /** Any credentials are taken; these will do. */
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string };
  /** What goes wrong next. */
  readonly faults: AwsFaults;
  /** Requests by action since the start, or since `resetCounts`. */
  readonly counts: Readonly<RequestCounts>;
  resetCounts(): void;
  /**
   * Creates a queue without a request; a name that ends in `.fifo` makes a FIFO queue. Every request after
   * this call finds it, also one that does not wait for the promise.
   */
  createQueue(name: string, attributes?: Readonly<Record<string, string>>): Promise<void>;
  /** What a queue holds at this moment, by state. */
  inspectQueue(name: string): Promise<QueueContents>;
  /** Ends every connection and stops listening. Twice is fine. */
  close(): Promise<void>;
}

/** More than any message, or part of an object in S3, can be. */
const maxBodyBytes = 16 * 1024 * 1024;

/** Starts SNS and SQS on free ports of the loopback. */
export async function startAws(options: AwsOptions = {}): Promise<AwsServer> {
  const { regionName = "eu-west-1", port = 0 } = options;
  const emulator = await startEmulator(regionName);
  const script = new FaultScript<AwsFault, AwsOn, ApiRequest>(awsVocabulary);
  const counts: RequestCounts = {};
  const serving = { service: createAwsService(emulator, counts), script, now: Date.now, maxBodyBytes };
  const listening = listen(port, (exchange) => serveFaulty(exchange, serving));
  const server = await listening.catch(async (error) => {
    await emulator.close();
    throw error;
  });
  let closing: Promise<void> | undefined;

  async function close(): Promise<void> {
    await Promise.all([server.close(), emulator.close()]);
    script.close();
  }

  return {
    endpointUrl: `http://127.0.0.1:${server.port}`,
    regionName,
    accountId: "000000000000",
    credentials: { accessKeyId: "devstack", secretAccessKey: "devstack-secret" },
    faults: script.faults,
    counts,
    resetCounts: () => {
      for (const action of Object.keys(counts)) delete counts[action];
    },
    createQueue: (name, attributes = {}) => {
      const fifo = name.endsWith(".fifo") ? { FifoQueue: "true", ContentBasedDeduplication: "true" } : {};
      return emulator.createQueue(name, { ...fifo, ...attributes }, `127.0.0.1:${server.port}`);
    },
    inspectQueue: (name) => emulator.inspectQueue(name),
    close: () => {
      closing ??= close();
      return closing;
    },
  };
}
