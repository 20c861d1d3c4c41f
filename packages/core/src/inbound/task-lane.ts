import { LinkedList, type ListMember } from "../kit/linked-list.ts";
import type { Place, Slot } from "./slot-types.ts";

/** Whom the places and slots of tasks are of. */
export interface NodeOwner<Task> {
  leave(node: TaskNode<Task>): boolean;
  release(): void;
}

/** One task: where it stands in the line of its key, and later the slot that it runs in. */
export class TaskNode<Task> implements ListMember<TaskNode<Task>>, Place, Slot {
  previous: TaskNode<Task> | undefined = undefined;
  next: TaskNode<Task> | undefined = undefined;
  list: object | undefined = undefined;

  readonly task: Task;
  readonly lane: TaskLane<Task>;
  hasSlot = false;
  /** Ends the pause before a retry. */
  lift: (() => void) | undefined = undefined;
  readonly #owner: NodeOwner<Task>;

  constructor(task: Task, lane: TaskLane<Task>, owner: NodeOwner<Task>) {
    this.task = task;
    this.lane = lane;
    this.#owner = owner;
  }

  leave(): boolean {
    return this.#owner.leave(this);
  }

  release(): void {
    if (!this.hasSlot) return;
    this.hasSlot = false;
    this.#owner.release();
  }
}

/** The tasks of one key, or one task without a key. */
export class TaskLane<Task> implements ListMember<TaskLane<Task>> {
  previous: TaskLane<Task> | undefined = undefined;
  next: TaskLane<Task> | undefined = undefined;
  list: object | undefined = undefined;

  readonly key: string | undefined;
  readonly tasks = new LinkedList<TaskNode<Task>>();
  isRunning = false;
  /** How many keep it from running. */
  holds = 0;

  constructor(key: string | undefined) {
    this.key = key;
  }

  /** Whether its first task could run now. */
  get canRun(): boolean {
    return !this.isRunning && this.holds === 0 && this.tasks.size > 0;
  }

  /** Whether nothing is left of it. */
  get isGone(): boolean {
    return !this.isRunning && this.holds === 0 && this.tasks.size === 0;
  }
}
