import { startFauxqs } from "fauxqs";
import { Faults } from "./faults.ts";
import { type RequestCounts, startProxy } from "./proxy.ts";

/** SNS and SQS in this process, with faults on demand. For tests and demos. */
export interface AwsServer {
  /** What clients are pointed at: all their requests pass the fault proxy. */
  readonly endpointUrl: string;
  readonly regionName: string;
  readonly accountId: string;
  /** Any credentials are taken; these will do. */
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string };
  /** What goes wrong next. */
  readonly faults: Faults;
  /** Requests by action since the start, or since `resetCounts`. */
  readonly counts: Readonly<RequestCounts>;
  resetCounts(): void;
  /** Creates a queue without a request; a name that ends in `.fifo` makes a FIFO queue. */
  createQueue(name: string, attributes?: Readonly<Record<string, string>>): void;
  /** What a queue holds at this moment, by state. */
  inspectQueue(name: string): QueueContents;
  /** Ends both servers and every connection. Twice is fine. */
  close(): Promise<void>;
}

/** Bodies of the messages that a queue holds. */
export interface QueueContents {
  readonly ready: readonly string[];
  readonly inFlight: readonly string[];
  readonly delayed: readonly string[];
}

/** Starts SNS and SQS on free ports of the loopback. */
export async function startAws(options: { readonly regionName?: string } = {}): Promise<AwsServer> {
  const { regionName = "eu-west-1" } = options;
  const service = await startFauxqs({ port: 0, logger: false, defaultRegion: regionName });
  const faults = new Faults();
  const queueUrls = new Map<string, string>();
  const queueUrl = (name: string): string | undefined => {
    // Kept, because to look at a queue is to copy what it holds. One that is made again has the same URL.
    const url = queueUrls.get(name) ?? service.inspectQueue(name)?.url;
    if (url !== undefined) queueUrls.set(name, url);
    return url;
  };
  const proxy = await startProxy({ port: service.port, queueUrl }, faults);
  let closing: Promise<void> | undefined;

  return {
    endpointUrl: `http://127.0.0.1:${proxy.port}`,
    regionName,
    accountId: "000000000000",
    credentials: { accessKeyId: "devstack", secretAccessKey: "devstack-secret" },
    faults,
    counts: proxy.counts,
    resetCounts: () => {
      for (const action of Object.keys(proxy.counts)) delete proxy.counts[action];
    },
    createQueue: (name, attributes = {}) => {
      const fifo = name.endsWith(".fifo") ? { FifoQueue: "true", ContentBasedDeduplication: "true" } : {};
      service.createQueue(name, { attributes: { ...fifo, ...attributes } });
    },
    inspectQueue: (name) => {
      const messages = service.inspectQueue(name)?.messages;
      if (messages === undefined) throw new Error(`there is no queue ${name}`);
      return {
        ready: messages.ready.map(({ body }) => body),
        inFlight: messages.inflight.map(({ message }) => message.body),
        delayed: messages.delayed.map(({ body }) => body),
      };
    },
    close: () => {
      closing ??= Promise.all([proxy.close(), service.stop()]).then(() => undefined);
      return closing;
    },
  };
}
