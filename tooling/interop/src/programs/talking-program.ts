import { type ChildProcess, spawn } from "node:child_process";
import { EventEmitter, once } from "node:events";
import { createInterface } from "node:readline";
import { isRecord } from "./is-record.ts";

export interface TalkingProgramOptions {
  /** What errors call it. */
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  /** Added to this process's own environment. */
  readonly env?: Readonly<Record<string, string>> | undefined;
  /**
   * The longest that an answer may take, in milliseconds; then the program is killed. Default four minutes.
   */
  readonly answerWithinMs?: number | undefined;
}

interface Asked {
  readonly call: string;
  resolve(value: unknown): void;
  reject(error: Error): void;
  readonly timer: NodeJS.Timeout;
}

/** Longer than what programs that are asked wait for themselves: they can say better what was missing. */
const answerWithinMs = 240_000;
const linesOfComplaint = 40;

/**
 * Those that still run when this process ends. One that is killed leaves programs that see the end of their
 * standard input.
 */
const running = new Set<ChildProcess>();
process.once("exit", () => {
  for (const child of running) child.kill("SIGKILL");
});

/**
 * A program of its own process that is asked in lines of JSON, and answers in them: `{"id": 1, "call":
 * "publish", "with": {}}` on its standard input, `{"id": 1, "value": {}}` or `{"id": 1, "error": "..."}` on
 * its standard output. Unasked it says `{"event": "handled", "value": {}}`. It ends when its standard input
 * does.
 */
export class TalkingProgram implements AsyncDisposable {
  readonly #child: ChildProcess;
  readonly #limitMs: number;
  readonly #name: string;
  readonly #asked = new Map<number, Asked>();
  readonly #events = new EventEmitter();
  readonly #ended: Promise<unknown>;
  #nextId = 1;
  #complaints: string[] = [];
  #end: string | undefined;

  constructor({
    name,
    command,
    args,
    env = {},
    answerWithinMs: limitMs = answerWithinMs,
  }: TalkingProgramOptions) {
    this.#limitMs = limitMs;
    this.#name = name;
    const child = spawn(command, args, { env: { ...process.env, ...env }, stdio: ["pipe", "pipe", "pipe"] });
    this.#child = child;
    running.add(child);
    child.once("error", (error) => this.#over(error.message));
    // After the last line of its output.
    child.once("close", (code, signal) => this.#over(`it ended with ${code ?? signal}`));
    this.#ended = once(child, "close").catch(() => undefined);
    child.stdin.on("error", () => undefined);
    createInterface({ input: child.stdout }).on("line", (line) => this.#hear(line));
    createInterface({ input: child.stderr }).on("line", (line) => {
      this.#complaints = [...this.#complaints, line].slice(-linesOfComplaint);
    });
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  /** Resolves when the program has ended, in whatever way. */
  get ended(): Promise<unknown> {
    return this.#ended;
  }

  /**
   * Asks, and resolves to the answer; rejects with what the program says went wrong, or when it ends or takes
   * too long.
   */
  ask<T>(call: string, input: unknown = {}): Promise<T> {
    if (this.#end !== undefined) return Promise.reject(this.#failure(call, this.#end));
    const id = this.#nextId++;
    return new Promise<T>((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#over(`it did not answer ${call} within ${this.#limitMs} ms, and was killed`);
        this.#child.kill("SIGKILL");
      }, this.#limitMs);
      this.#asked.set(id, { call, resolve: (value) => resolve(value as T), reject, timer });
      this.#child.stdin?.write(`${JSON.stringify({ id, call, with: input })}\n`);
    });
  }

  /** What it says unasked. */
  on(event: string, listener: (value: unknown) => void): void {
    this.#events.on(event, listener);
  }

  /** As by a power cut; resolves when it is gone. */
  async kill(): Promise<void> {
    this.#child.kill("SIGKILL");
    await this.#ended;
  }

  /** Lets it end by itself, and kills it where it does not. */
  async close(): Promise<void> {
    const timer = setTimeout(() => this.#child.kill("SIGKILL"), this.#limitMs);
    this.#child.stdin?.end();
    await this.#ended;
    clearTimeout(timer);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  #hear(line: string): void {
    const said = parsed(line);
    // What a library prints is no answer.
    if (said === undefined) return void this.#complaints.push(line);
    if (typeof said.event === "string") return void this.#events.emit(said.event, said.value);
    const asked = this.#asked.get(Number(said.id));
    if (asked === undefined) return;
    this.#asked.delete(Number(said.id));
    clearTimeout(asked.timer);
    if (said.error === undefined) asked.resolve(said.value);
    else asked.reject(this.#failure(asked.call, String(said.error)));
  }

  #over(why: string): void {
    running.delete(this.#child);
    if (this.#end !== undefined) return;
    this.#end = why;
    for (const { call, reject, timer } of this.#asked.values()) {
      clearTimeout(timer);
      reject(this.#failure(call, why));
    }
    this.#asked.clear();
  }

  #failure(what: string, why: string): Error {
    return new Error(`${this.#name}, asked for ${what}: ${why}\n${this.#complaints.join("\n")}`);
  }
}

function parsed(line: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return isRecord(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
