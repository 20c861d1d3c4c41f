import { TaskLane } from "./task-lane.ts";

/** The lanes in which anything waits or runs, or which are held. */
export class Lanes<Task> {
  readonly #byKey = new Map<string, TaskLane<Task>>();
  /** Of one task each. */
  readonly #keyless = new Set<TaskLane<Task>>();

  /** The lane of a key, or a new one for a task that has none. */
  for(key: string | undefined): TaskLane<Task> {
    const known = key === undefined ? undefined : this.#byKey.get(key);
    if (known !== undefined) return known;
    const lane = new TaskLane<Task>(key);
    if (key === undefined) this.#keyless.add(lane);
    else this.#byKey.set(key, lane);
    return lane;
  }

  /** The lane of a key, or all there are. */
  at(key?: string): readonly TaskLane<Task>[] {
    if (key === undefined) return [...this.#byKey.values(), ...this.#keyless];
    const lane = this.#byKey.get(key);
    return lane === undefined ? [] : [lane];
  }

  forget(lane: TaskLane<Task>): void {
    if (lane.key === undefined) this.#keyless.delete(lane);
    else this.#byKey.delete(lane.key);
  }
}
