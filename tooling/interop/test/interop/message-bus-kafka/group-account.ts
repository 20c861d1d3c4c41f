import type { Place } from "./foreign-clients.ts";

/** One record, as a member of a group has handled it. */
export interface Handling extends Place {
  /** Who. */
  readonly by: string;
  /** `<key>#<number>`, numbered in each key from 0. */
  readonly reference: string;
  /**
   * When, in milliseconds on the clock that all processes of the machine share; absent where the member does
   * not say.
   */
  readonly at?: number | undefined;
}

/** The clock that Python calls `time.monotonic`, in milliseconds. */
export function sharedClockMs(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}

/** What was sent to a topic, and who has handled what of it. */
export class GroupAccount {
  readonly #sent = new Map<string, string>();
  readonly #handlings: Handling[] = [];
  readonly #byPlace = new Map<string, Handling[]>();
  readonly #watchers = new Set<() => void>();
  #failure: Error | undefined;
  readonly #counts = new Map<string, number>();

  /** Where the broker has put a record. */
  sent(reference: string, place: Place): void {
    this.#sent.set(placeOf(place), reference);
  }

  handled(handling: Handling): void {
    this.#handlings.push(handling);
    const place = placeOf(handling);
    this.#byPlace.set(place, [...(this.#byPlace.get(place) ?? []), handling]);
    this.#counts.set(handling.by, this.countOf(handling.by) + 1);
    for (const look of this.#watchers) look();
  }

  /** How often `by` has handled something. */
  countOf(by: string): number {
    return this.#counts.get(by) ?? 0;
  }

  /** How many records somebody has handled. */
  get handledRecords(): number {
    return this.#byPlace.size;
  }

  /** A member has ended that nobody has ended: whoever waits for more need not wait. */
  fail(reason: Error): void {
    this.#failure ??= reason;
    for (const look of this.#watchers) look();
  }

  /** Resolves when that is so, which is looked at after each handling; rejects when a member has failed. */
  until(isSo: () => boolean): Promise<void> {
    return new Promise((resolve, reject) => {
      const look = () => {
        if (this.#failure === undefined && !isSo()) return;
        this.#watchers.delete(look);
        if (this.#failure === undefined) resolve();
        else reject(this.#failure);
      };
      this.#watchers.add(look);
      look();
    });
  }

  /** What was sent and nobody has handled, or was handled as something else than was sent. */
  skipped(): readonly string[] {
    const faults: string[] = [];
    for (const [place, reference] of this.#sent) {
      const handlings = this.#byPlace.get(place);
      if (handlings === undefined) faults.push(`${reference} at ${place} was not handled`);
      for (const handling of handlings ?? []) {
        if (handling.reference !== reference)
          faults.push(`${place} is ${reference}, not ${handling.reference}`);
      }
    }
    return faults;
  }

  /**
   * When the last one of those before `offset` was handled for the first time; never (infinity), where one
   * was not.
   */
  handledUpTo(partition: number, offset: number): number {
    let latest = 0;
    for (let at = 0; at < offset; at += 1) {
      const handlings = this.#byPlace.get(placeOf({ partition, offset: at })) ?? [];
      const first = Math.min(...handlings.map((handling) => handling.at ?? Number.POSITIVE_INFINITY));
      latest = Math.max(latest, first);
    }
    return latest;
  }

  /** Every record that was handled more than once, by those who did, in their order. */
  twice(): readonly (readonly Handling[])[] {
    return [...this.#byPlace.values()].filter((handlings) => handlings.length > 1);
  }

  /**
   * Where a key was not handled in its order: by one member, or by all whose clock is known. What comes again
   * is not looked at.
   */
  disorder(): readonly string[] {
    const timed = this.#handlings.filter(({ at }) => at !== undefined);
    const members = [...this.#counts.keys()];
    return [
      ...disorderOf([...timed].sort((one, other) => (one.at ?? 0) - (other.at ?? 0))),
      ...members.flatMap((member) => disorderOf(this.#handlings.filter(({ by }) => by === member))),
    ];
  }
}

function disorderOf(handlings: readonly Handling[]): string[] {
  const faults: string[] = [];
  const last = new Map<string, number>();
  const seen = new Set<string>();
  for (const { reference, by } of handlings) {
    if (seen.has(reference)) continue;
    seen.add(reference);
    const [key = "", number] = reference.split("#");
    const before = last.get(key) ?? -1;
    if (Number(number) < before) faults.push(`${by} handled ${reference} after #${before}`);
    last.set(key, Number(number));
  }
  return faults;
}

function placeOf({ partition, offset }: Place): string {
  return `${partition}:${offset}`;
}
