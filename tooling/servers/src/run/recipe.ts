import type { Installation, Program } from "../install/program.ts";
import type { Launch } from "./guarded-process.ts";

/** How a server of one kind is started. */
export interface Recipe<Port extends string, Facts extends object> {
  /** `kafka`: also the name of its program. */
  readonly name: string;
  readonly program: Program;
  /** The ports it listens on, by name; one whose number was not asked for is chosen. */
  readonly ports: Readonly<Record<Port, number | undefined>>;
  /** Words that no error may show. */
  readonly secrets: readonly string[];
  readonly readyWithinMs: number;
  /** Writes what the server reads when it starts. */
  prepare(place: Place<Port>): Promise<Prepared<Facts>>;
}

/** Where one server runs. */
export interface Place<Port extends string> {
  readonly installation: Installation;
  /** Its own folder, empty at first. */
  readonly directory: string;
  readonly ports: Readonly<Record<Port, number>>;
  readonly logPath: string;
  readonly signal: AbortSignal | undefined;
}

/** A server that can be started, as often as it is restarted. */
export interface Prepared<Facts extends object> {
  readonly launch: Launch;
  /**
   * Whether the server can be used. `log` is what it has written since it was started: an answer on its port
   * alone could be another server's.
   */
  isReady(log: string): Promise<boolean>;
  /** What the caller gets to know: addresses, credentials. */
  readonly facts: Facts;
}
