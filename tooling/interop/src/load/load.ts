import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { sleep, withTimeout } from "@wirekit/core/kit";
import type { TalkingProgram } from "../programs/talking-program.ts";
import { startTypeScript } from "../programs/typescript-program.ts";
import { LedgerReader } from "./ledger.ts";
import type { LoadBroker } from "./load-broker.ts";
import { type Balance, MessageAccount } from "./message-account.ts";
import { type LoadSettings, toEnvironment } from "./order.ts";

export interface LoadOptions extends Omit<LoadSettings, "ledger"> {
  readonly broker: LoadBroker;
  /** What sends, and what consumes: files in this folder. */
  readonly programs: LoadPrograms;
  /** How many processes consume. */
  readonly consumers: number;
}

export interface LoadPrograms {
  readonly sender: string;
  readonly consumer: string;
}

const lookEveryMs = 100;

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
  readonly #broker: LoadBroker;
  readonly #programs: LoadPrograms;

  private constructor(directory: string, { broker, programs, consumers, ...settings }: LoadOptions) {
    const ledger = join(directory, "ledger");
    this.#directory = directory;
    this.#broker = broker;
    this.#programs = programs;
    this.#environment = toEnvironment({ ...settings, ledger });
    this.#reader = new LedgerReader(ledger);
    this.sender = this.#startProgram(programs.sender);
    this.consumers = Array.from({ length: consumers }, () => this.#startProgram(programs.consumer));
  }

  /** Makes the queues and starts the processes; nothing is sent yet. */
  static async start(options: LoadOptions): Promise<Load> {
    await options.broker.open(options.queues);
    const directory = await mkdtemp(join(tmpdir(), "wirekit-load-"));
    const load = new Load(directory, options);
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
   * ElasticMQ that was restarted with messages in flight keeps the order of their groups no longer: it gives
   * what had been in flight back after what stood behind it, and later, on a busy machine, messages of one
   * group to two receivers at once, also of those that were sent, one after the other, when it was back. So
   * from `restart` on the account is asserted without order.
   */
  async whileServerRestarts(restart: () => Promise<unknown>): Promise<void> {
    // What was handled before is judged as ever.
    this.balance();
    this.#account.forgetOrder();
    await restart();
  }

  /** Ends a consumer with SIGKILL, and starts another in its place. */
  async replaceConsumer(index: number): Promise<void> {
    await this.consumers[index]?.kill();
    this.consumers[index] = this.#startProgram(this.#programs.consumer);
  }

  /** Sends no more, lets everything be handled, closes the consumers, and gives the account. */
  async finish(limitMs = 180_000): Promise<Balance> {
    await this.sender.ask("stop");
    await this.#until(
      "Handling the rest",
      limitMs,
      async () => this.balance().missing === 0 && (await this.#broker.isEmpty()),
    )
      // The account says what is missing better than a time-out can.
      .catch(() => undefined);
    for (const consumer of this.consumers) await consumer.ask("close");
    return this.balance();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([this.sender, ...this.consumers].map((program) => program.kill()));
    await this.#broker.close();
    await rm(this.#directory, { recursive: true, force: true });
  }

  #startProgram(file: string): TalkingProgram {
    return startTypeScript(new URL(file, import.meta.url), this.#environment);
  }

  async #until(what: string, timeoutMs: number, isSo: () => boolean | Promise<boolean>): Promise<void> {
    const look = async (signal: AbortSignal) => {
      while (!(await isSo())) await sleep(lookEveryMs, { signal });
    };
    await withTimeout(what, look, { timeoutMs });
  }
}
