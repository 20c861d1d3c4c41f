import type { Clock } from "../clock.ts";
import type { Logger } from "../logger.ts";

/** The slot that a task runs in. */
export interface Slot {
  /** Lets the next task run. The place and the key of this one stay taken until its `run` settles. */
  release(): void;
}

/** Where a task stands in line. */
export interface Place {
  /** Takes the task out of the line; `false` when it does not wait there any more. */
  leave(): boolean;
}

/** Places that are kept for tasks to come. */
export interface Reservation<Task> {
  /** How many are left. */
  readonly places: number;
  /** As `Slots.add`, in one of these places. */
  add(task: Task): Place;
  /** Gives back what is left. */
  release(): void;
}

/** Tasks to come, taken one by one when there is a slot for them: until then they cost what their owner makes of them. */
export interface Backlog<Task> {
  /** How many are left. */
  readonly size: number;
  /** Takes the next one out; `undefined` when there is none. */
  take(): Task | undefined;
}

/** How many tasks run, and wait, and how one is run. */
export interface SlotsOptions<Task> {
  /** The most tasks that run at once. */
  readonly concurrency: number;
  /** The most tasks that are held: waiting, running, and reserved for. Default: no limit. */
  readonly capacity?: number | undefined;
  /** Runs a task. Its slot, place and key are taken until this settles. What it throws is logged, and is nobody's result. */
  readonly run: (task: Task, slot: Slot) => unknown;
  /** Tasks of one key run one at a time, in the order of their arrival. `undefined`: no order. */
  readonly keyOf?: ((task: Task) => string | undefined) | undefined;
  readonly logger?: Logger | undefined;
  readonly clock?: Clock | undefined;
}

/** What a drain could not wait for. */
export interface Undone<Task> {
  /** Never begun; taken out of the line. */
  readonly waiting: readonly Task[];
  /** Still running. */
  readonly running: readonly Task[];
}
