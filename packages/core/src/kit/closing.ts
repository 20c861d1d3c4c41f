import { type Clock, systemClock } from "../clock.ts";
import type { CloseOptions } from "../contract.ts";
import { Deadline } from "./deadline.ts";
import { Faults } from "./faults.ts";
import { option } from "./option-rules.ts";
import { readOptions } from "./read-options.ts";

const rules = { timeoutMs: option.durationMs({ minimum: 0, default: 10_000 }) };

/**
 * What every `close()` has in common: the limit is checked first, and a second call returns the first report.
 */
export class Closing<Report> {
  readonly #clock: Clock;
  #report: Promise<Report> | undefined;

  constructor(clock: Clock = systemClock) {
    this.#clock = clock;
  }

  get isStarted(): boolean {
    return this.#report !== undefined;
  }

  /**
   * Runs `close` once, and returns its report for every call.
   *
   * @throws ConfigError when `timeoutMs` is not a number of milliseconds; `close` is not run then.
   */
  async start(
    options: CloseOptions | undefined,
    close: (deadline: Deadline) => Promise<Report>,
  ): Promise<Report> {
    const faults = new Faults();
    const { timeoutMs } = readOptions(options === undefined ? {} : options, rules, faults);
    faults.throwIfAny();
    this.#report ??= close(new Deadline(timeoutMs, this.#clock));
    return this.#report;
  }
}
