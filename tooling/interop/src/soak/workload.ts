import type { Need } from "@wirekit/servers";
import type { Random } from "./random.ts";

/**
 * Something that a package does all the time, on real servers, and what can go wrong with it. One file each
 * in `workloads/`.
 */
export interface Workload {
  readonly name: string;
  readonly needs: readonly Need[];
  /** Starts its servers and processes, and begins. */
  start(): Promise<RunningWorkload>;
}

export interface RunningWorkload extends AsyncDisposable {
  /** The logs of its servers, of which the end is shown when something is wrong. */
  readonly logPaths: readonly string[];
  readonly faults: readonly Fault[];
  /** What there is to see at this moment. */
  sample(): Promise<Sample>;
  /** Begins nothing more, lets everything come to its end, and gives the account. */
  finish(): Promise<Conclusion>;
}

/** Something that goes wrong. */
export interface Fault {
  readonly name: string;
  /** Resolves when it is over, and everything can work again. */
  strike(random: Random): Promise<void>;
}

export interface Sample {
  /** How much was done since the beginning. */
  readonly done: number;
  /** Of what was done since the last sample. */
  readonly latenciesMs: readonly number[];
  /** The account so far, for people. */
  readonly account: string;
  /** What each process holds, in bytes; a process that was replaced has another name. */
  readonly memory: Readonly<Record<string, number>>;
}

export interface Conclusion {
  readonly account: string;
  /** Why the account does not add up; empty where it does. */
  readonly faults: readonly string[];
}
