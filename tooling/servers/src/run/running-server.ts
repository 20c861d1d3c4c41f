import { rm } from "node:fs/promises";
import { ClosedError } from "@wirekit/core";
import { withTimeout } from "@wirekit/core/kit";
import { StartError } from "../errors/start-error.ts";
import { sizeOf } from "../log-file.ts";
import { setOwner } from "../owned-directory.ts";
import { type GuardedProcess, NotExecutedError, spawnGuarded } from "./guarded-process.ts";
import type { Prepared } from "./recipe.ts";
import { waitUntilReady } from "./wait-until-ready.ts";

/** `ended`: killed, crashed, or stopped. */
export type ServerState = "running" | "paused" | "ended";

/** A server of ours, and what can be done to it. */
export interface RunningServer<Port extends string = string> {
  /** `kafka`. */
  readonly name: string;
  /** What was installed: `{ kafka: "3.9.2" }`. */
  readonly versions: Readonly<Record<string, string>>;
  readonly ports: Readonly<Record<Port, number>>;
  /** The server's process, which leads a process group. Another one after every restart. */
  readonly pid: number;
  /** The process that ends the server when this one ends. Another one after every restart. */
  readonly guardPid: number;
  readonly state: ServerState;
  /** Configuration and data; deleted by `stop`. */
  readonly directory: string;
  /** Everything the server printed; kept for a week. */
  readonly logPath: string;
  /** What the first start took. */
  readonly timings: {
    /** 0 where the program had been installed before. */
    readonly installMs: number;
    /** From the end of the installation until the server could be used. */
    readonly readyMs: number;
  };
  /** Ends the server with SIGKILL, and resolves when it is gone. `restart` brings it back. */
  kill(): Promise<void>;
  /** Stops the server's clock with SIGSTOP: connections stay open and nobody answers. */
  pause(): void;
  resume(): void;
  /**
   * Ends the server, unless it has ended, and starts it on the same ports and folder; resolves when it is
   * ready.
   */
  restart(options?: RestartOptions): Promise<void>;
  /** Ends the server for good and deletes its folder. Stopping twice is fine. */
  stop(): Promise<void>;
  /**
   * Lets the server outlive this process, for the command line; nothing else can be done to it from here
   * then.
   */
  release(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

export interface RestartOptions {
  /** How a running server is ended: in order (`SIGTERM`, the default), or as by a power cut (`SIGKILL`). */
  readonly signal?: "SIGTERM" | "SIGKILL" | undefined;
}

/** What a server is made from, once and for all of its starts. */
export interface ServerParts<Port extends string> {
  readonly name: string;
  readonly versions: Readonly<Record<string, string>>;
  readonly ports: Readonly<Record<Port, number>>;
  readonly directory: string;
  readonly logPath: string;
  readonly installMs: number;
  /** When the start began, by `performance.now()`. */
  readonly startedAt: number;
  readonly readyWithinMs: number;
  readonly secrets: readonly string[];
  readonly prepared: Prepared<object>;
}

/** An orderly end may have much to write, on a machine that has much to do. */
const endWithinMs = 60_000;

/** See {@link RunningServer}. */
export class GuardedServer<Port extends string> implements RunningServer<Port> {
  readonly #parts: ServerParts<Port>;
  readonly #stopping = new AbortController();
  #process: GuardedProcess;
  #state: ServerState = "running";
  #readyMs = 0;
  /** What was asked for last; the next request waits for it. */
  #last: Promise<void> = Promise.resolve();

  private constructor(parts: ServerParts<Port>, process: GuardedProcess) {
    this.#parts = parts;
    this.#process = process;
    this.#watch(process);
  }

  /** Starts the server for the first time. A failed start leaves nothing behind but the log. */
  static async start<Port extends string>(
    parts: ServerParts<Port>,
    signal: AbortSignal | undefined,
  ): Promise<GuardedServer<Port>> {
    const server = new GuardedServer(parts, await execute(parts));
    try {
      await server.#ready(0, signal);
    } catch (error) {
      await server.kill();
      throw error;
    }
    server.#readyMs = Math.round(performance.now() - parts.startedAt);
    return server;
  }

  get name(): string {
    return this.#parts.name;
  }
  get versions(): Readonly<Record<string, string>> {
    return this.#parts.versions;
  }
  get ports(): Readonly<Record<Port, number>> {
    return this.#parts.ports;
  }
  get pid(): number {
    return this.#process.pid;
  }
  get guardPid(): number {
    return this.#process.guardPid;
  }
  get state(): ServerState {
    return this.#state;
  }
  get directory(): string {
    return this.#parts.directory;
  }
  get logPath(): string {
    return this.#parts.logPath;
  }
  get timings(): RunningServer["timings"] {
    return { installMs: this.#parts.installMs, readyMs: this.#readyMs };
  }

  kill(): Promise<void> {
    return this.#inTurn(() => this.#end("SIGKILL"));
  }

  pause(): void {
    if (this.#state === "running" && this.#process.signal("SIGSTOP")) this.#state = "paused";
  }

  resume(): void {
    if (this.#state === "paused" && this.#process.signal("SIGCONT")) this.#state = "running";
  }

  restart({ signal = "SIGTERM" }: RestartOptions = {}): Promise<void> {
    return this.#inTurn(async () => {
      if (this.#stopping.signal.aborted) throw this.#stopping.signal.reason;
      await this.#end(signal);
      const offset = await sizeOf(this.logPath);
      this.#process = await execute(this.#parts);
      this.#state = "running";
      this.#watch(this.#process);
      try {
        await this.#ready(offset, this.#stopping.signal);
      } catch (error) {
        await this.#end("SIGKILL");
        throw error;
      }
    });
  }

  stop(): Promise<void> {
    // A restart that is under way need not get ready any more.
    this.#stopping.abort(new ClosedError(`The server ${this.name}`));
    return this.#inTurn(async () => {
      await this.#end("SIGKILL");
      await rm(this.directory, { recursive: true, force: true });
    });
  }

  async release(): Promise<void> {
    await setOwner(this.directory, this.guardPid);
    await this.#process.release();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }

  #watch(process: GuardedProcess): void {
    void process.ended.then(() => {
      if (this.#process === process) this.#state = "ended";
    });
  }

  async #end(signal: "SIGTERM" | "SIGKILL"): Promise<void> {
    const process = this.#process;
    process.signal(signal);
    // A paused process heeds no other signal before it goes on.
    process.signal("SIGCONT");
    await withTimeout(`The end of ${this.name} after ${signal}`, () => process.ended, {
      timeoutMs: endWithinMs,
    });
    this.#state = "ended";
  }

  #ready(logOffset: number, signal: AbortSignal | undefined): Promise<void> {
    const { name, logPath, readyWithinMs, secrets, prepared } = this.#parts;
    const isReady = (log: string) => prepared.isReady(log);
    return waitUntilReady(this.#process, {
      name,
      isReady,
      readyWithinMs,
      logPath,
      logOffset,
      secrets,
      signal,
    });
  }

  #inTurn(task: () => Promise<void>): Promise<void> {
    const turn = this.#last.then(task, task);
    this.#last = turn.catch(() => undefined);
    return turn;
  }
}

async function execute<Port extends string>(parts: ServerParts<Port>): Promise<GuardedProcess> {
  const { name, directory, logPath, prepared } = parts;
  try {
    return await spawnGuarded(prepared.launch, { logPath, label: directory });
  } catch (cause) {
    if (!(cause instanceof NotExecutedError)) throw cause;
    const reason = `was not started: ${cause.message}`;
    throw new StartError(name, { fault: "not-executed", reason, logPath, lastLines: "", cause });
  }
}
