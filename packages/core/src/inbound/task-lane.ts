import { LinkedList, type ListMember } from "../linked-list.ts";

/** One task in the line of its key. */
export class TaskNode<Task> implements ListMember<TaskNode<Task>> {
  previous: TaskNode<Task> | undefined = undefined;
  next: TaskNode<Task> | undefined = undefined;
  list: object | undefined = undefined;

  readonly task: Task;
  readonly lane: TaskLane<Task>;
  /** Ends the pause before a retry. */
  lift: (() => void) | undefined = undefined;
  readonly #leave: (node: TaskNode<Task>) => boolean;

  constructor(task: Task, lane: TaskLane<Task>, leave: (node: TaskNode<Task>) => boolean) {
    this.task = task;
    this.lane = lane;
    this.#leave = leave;
  }

  leave(): boolean {
    return this.#leave(this);
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
