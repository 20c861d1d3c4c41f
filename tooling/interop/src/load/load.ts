import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  CreateQueueCommand,
  GetQueueAttributesCommand,
  type QueueAttributeName,
  SQSClient,
} from "@aws-sdk/client-sqs";
import { sleep, withTimeout } from "@wirekit/core";
import type { TalkingProgram } from "../programs/talking-program.ts";
import { startTypeScript } from "../programs/typescript-program.ts";
import { LedgerReader } from "./ledger.ts";
import { type Balance, MessageAccount } from "./message-account.ts";
import { type LoadSettings, toEnvironment } from "./order.ts";

export interface LoadOptions {
  readonly url: string;
  readonly region: string;
  readonly queues: readonly string[];
  /** How many processes consume. */
  readonly consumers: number;
}

const lookEveryMs = 100;
const countNames = [
  "ApproximateNumberOfMessages",
  "ApproximateNumberOfMessagesNotVisible",
  "ApproximateNumberOfMessagesDelayed",
] as const satisfies readonly QueueAttributeName[];

/** One process that sends and some that consume, and the account of what they do. */
export class Load implements AsyncDisposable {
  readonly sender: TalkingProgram;
  readonly consumers: TalkingProgram[];
  /** In milliseconds, of what was handled since somebody last took them. */
  latencies: number[] = [];
  readonly #account = new MessageAccount();
  readonly #reader: LedgerReader;
  readonly #environment: Readonly<Record<string, string>>;
  readonly #directory: string;
  readonly #client: SQSClient;
  readonly #urls: readonly string[];

  private constructor(
    directory: string,
    settings: LoadSettings,
    urls: readonly string[],
    parts: { client: SQSClient; consumers: number },
  ) {
    this.#directory = directory;
    this.#environment = toEnvironment(settings);
    this.#reader = new LedgerReader(settings.ledger);
    this.#client = parts.client;
    this.#urls = urls;
    this.sender = startTypeScript(new URL("sender-process.ts", import.meta.url), this.#environment);
    this.consumers = Array.from({ length: parts.consumers }, () => this.#startConsumer());
  }

  /** Makes the queues and starts the processes; nothing is sent yet. */
  static async start({ url, region, queues, consumers }: LoadOptions): Promise<Load> {
    const credentials = { accessKeyId: "any", secretAccessKey: "any" };
    const client = new SQSClient({ endpoint: url, region, credentials });
    const urls: string[] = [];
    for (const QueueName of queues) {
      const Attributes = QueueName.endsWith(".fifo") ? { FifoQueue: "true" } : {};
      const { QueueUrl = "" } = await client.send(new CreateQueueCommand({ QueueName, Attributes }));
      urls.push(QueueUrl);
    }
    const directory = await mkdtemp(join(tmpdir(), "wirekit-load-"));
    const settings = { url, region, queues, ledger: join(directory, "ledger") };
    const load = new Load(directory, settings, urls, { client, consumers });
    try {
      await Promise.all([load.sender, ...load.consumers].map((program) => program.ask("ready")));
    } catch (error) {
      await load[Symbol.asyncDispose]();
      throw error;
    }
    return load;
  }

  /** What the processes have written down so far. */
  balance(): Balance {
    for (const entry of this.#reader.read()) {
      this.#account.add(entry);
      if (entry.is === "handled") this.latencies.push(entry.latencyMs);
    }
    return this.#account.balance();
  }

  /** Resolves when so many messages were handled. */
  async handled(count: number, limitMs = 180_000): Promise<void> {
    await this.#until(`Handling ${count} messages`, limitMs, () => this.balance().handled >= count);
  }

  /**
   * ElasticMQ that was restarted gives what had been in flight back after what stood behind it, as can be seen without any client of
   * ours: receive three messages of a group, restart, and the fourth comes first. So order is asserted of what is sent from now on.
   */
  async serverWasRestarted(): Promise<void> {
    this.#account.forgetOrderBefore(await this.sender.ask<number>("next"));
  }

  /** Ends a consumer with SIGKILL, and starts another in its place. */
  async replaceConsumer(index: number): Promise<void> {
    await this.consumers[index]?.kill();
    this.consumers[index] = this.#startConsumer();
  }

  /** Sends no more, lets everything be handled, closes the consumers, and gives the account. */
  async finish(limitMs = 180_000): Promise<Balance> {
    await this.sender.ask("stop");
    await this.#until(
      "Handling the rest",
      limitMs,
      async () => this.balance().missing === 0 && (await this.#isEmpty()),
    )
      // The account says what is missing better than a time-out can.
      .catch(() => undefined);
    for (const consumer of this.consumers) await consumer.ask("close");
    return this.balance();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([this.sender, ...this.consumers].map((program) => program.kill()));
    this.#client.destroy();
    await rm(this.#directory, { recursive: true, force: true });
  }

  #startConsumer(): TalkingProgram {
    return startTypeScript(new URL("consumer-process.ts", import.meta.url), this.#environment);
  }

  async #isEmpty(): Promise<boolean> {
    for (const QueueUrl of this.#urls) {
      const question = { QueueUrl, AttributeNames: [...countNames] };
      const { Attributes } = await this.#client.send(new GetQueueAttributesCommand(question));
      if (countNames.some((name) => Attributes?.[name] !== "0")) return false;
    }
    return true;
  }

  async #until(what: string, timeoutMs: number, isSo: () => boolean | Promise<boolean>): Promise<void> {
    const look = async (signal: AbortSignal) => {
      while (!(await isSo())) await sleep(lookEveryMs, { signal });
    };
    await withTimeout(what, look, { timeoutMs });
  }
}
