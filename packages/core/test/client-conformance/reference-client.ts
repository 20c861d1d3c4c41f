import {
  type Client,
  type Clock,
  type CloseOptions,
  type CloseReport,
  ConfigError,
  type Env,
  type Health,
  type Logger,
  type Overrides,
  type RetryPolicy,
  type SendOutcome,
  type SendStats,
  type WaitOptions,
  WirekitError,
} from "../../src/index.ts";
import {
  Closing,
  checkDurationMs,
  Faults,
  loggedListener,
  makeFromEnv,
  type OptionsOf,
  option,
  env as parse,
  readOptions,
  Troubles,
  TypedEvents,
} from "../../src/kit/index.ts";
import { type BatchEntry, Batcher, type EntryResult } from "../../src/outbound/index.ts";
import { BrokenOff, type FakePeer } from "./fake-peer.ts";

/** The options of {@link ReferenceClient}. */
export interface ReferenceOptions {
  readonly peer: FakePeer;
  readonly name: string;
  /** Default 100. */
  readonly maxEntries?: number | undefined;
  /** Default 30,000. */
  readonly requestTimeoutMs?: number | undefined;
  readonly retry?: Partial<RetryPolicy> | undefined;
  /** Told of each message that was sent. */
  readonly audit?: ((message: string) => void) | undefined;
  readonly logger?: Logger | undefined;
  readonly clock?: Clock | undefined;
}

const rules = {
  peer: option.methods<FakePeer, { presence: "required" }>(["request"], { presence: "required" }),
  name: option.text({ presence: "required" }),
  maxEntries: option.whole({ minimum: 1, default: 100 }),
  requestTimeoutMs: option.durationMs({ minimum: 1, default: 30_000 }),
  retry: option.retry(),
  audit: option.fn<(message: string) => void>(),
  logger: option.logger(),
  clock: option.clock(),
};

interface ReferenceEvents {
  readonly sent: { readonly message: string };
  readonly failed: { readonly error: WirekitError };
}

export interface ReferenceStats extends SendStats {
  readonly flushes: number;
}

const variables = {
  name: { name: "REFERENCE_NAME", parse: parse.text },
  maxEntries: { name: "REFERENCE_MAX_ENTRIES", parse: parse.wholeNumber(0) },
};

/** The smallest client that keeps the contract: what a new package can begin with. */
export class ReferenceClient implements Client<string, ReferenceStats> {
  readonly #options: OptionsOf<typeof rules>;
  readonly #batcher: Batcher<string, undefined>;
  readonly #troubles: Troubles;
  readonly #events: TypedEvents<ReferenceEvents>;
  readonly #audit: (message: string) => void;
  readonly #closing: Closing<CloseReport<string>>;
  #status: "ok" | "closing" | "closed" = "ok";

  static fromEnv(env: Env = process.env, overrides: Overrides<ReferenceOptions> = {}): ReferenceClient {
    return makeFromEnv<ReferenceOptions, ReferenceClient>(
      { variables, env, overrides },
      (options) => new ReferenceClient(options),
    );
  }

  /** @throws ConfigError naming every option at fault. */
  constructor(options: ReferenceOptions) {
    const faults = new Faults();
    this.#options = readOptions(options, rules, faults);
    faults.throwIfAny();
    const { maxEntries, requestTimeoutMs, retry, audit, logger, clock } = this.#options;
    this.#troubles = new Troubles(clock);
    this.#closing = new Closing(clock);
    this.#events = new TypedEvents(logger);
    this.#audit = loggedListener("The audit hook", audit, logger);
    this.#batcher = new Batcher<string, undefined>({
      flush: (entries) => this.#flush(entries),
      maxEntries,
      flushTimeoutMs: requestTimeoutMs,
      flushGraceMs: 0,
      retry,
      logger,
      clock,
    });
  }

  on<Name extends keyof ReferenceEvents>(
    name: Name,
    listener: (event: ReferenceEvents[Name]) => void,
  ): () => void {
    return this.#events.on(name, listener);
  }

  /**
   * @throws UnconfirmedError, ClosedError, TimeoutError, ConnectionError, ConfigError, or the signal's own
   * reason.
   */
  async send(message: string, options: WaitOptions = {}): Promise<void> {
    const { timeoutMs } = options;
    const fault =
      timeoutMs === undefined ? undefined : checkDurationMs("timeoutMs", timeoutMs, { minimum: 0 });
    if (fault !== undefined) throw new ConfigError([fault]);
    try {
      await this.#batcher.send(message, options);
    } catch (thrown) {
      const error = WirekitError.from(thrown);
      if (thrown !== options.signal?.reason && this.#status === "ok") this.#troubles.report("sending", error);
      this.#options.logger.warn({ code: error.code }, "A message was not delivered");
      this.#events.emit("failed", { error });
      throw thrown;
    }
    this.#troubles.clear("sending");
    this.#options.logger.info({}, "A message was delivered");
    this.#audit(message);
    this.#events.emit("sent", { message });
  }

  /** Never rejects because a message does. */
  sendMany(messages: readonly string[], options: WaitOptions = {}): Promise<SendOutcome[]> {
    return Promise.all(messages.map((message) => this.#batcher.sendOutcome(message, options)));
  }

  stats(): ReferenceStats {
    const { accepted, delivered, rejected, notSent, dropped, expired, unconfirmed, pending, flushes } =
      this.#batcher.stats();
    return { accepted, delivered, rejected, notSent, dropped, expired, unconfirmed, pending, flushes };
  }

  health(): Health {
    return this.#troubles.health(this.#status);
  }

  close(options?: CloseOptions): Promise<CloseReport<string>> {
    return this.#closing.start(options, async (deadline) => {
      this.#status = "closing";
      const report = await this.#batcher.close({ timeoutMs: deadline.leftMs() });
      this.#status = "closed";
      return report;
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  async #flush(entries: readonly BatchEntry<string>[]): Promise<EntryResult<undefined>[]> {
    try {
      await this.#options.peer.request(entries.length);
      return entries.map(() => ({ kind: "delivered", receipt: undefined }));
    } catch (error) {
      const kind = error instanceof BrokenOff ? "unconfirmed" : "failed";
      return entries.map(() => ({ kind, error }));
    }
  }
}
