import { LinkedList, type ListMember } from "../kit/linked-list.ts";

/** The slot that a task runs in. */
export interface Slot {
  /** Lets the next task run. The capacity and the key of this one stay taken until its `run` settles. */
  release(): void;
  /**
   * Lets others have its capacity too, as far as there is room for parked tasks. Its key stays taken until
   * its `run` settles.
   */
  park(): void;
}

/** A task in the queue of its key. */
export interface QueueEntry {
  /** Takes the task out of its queue; `false` if it does not wait there any more. */
  leave(): boolean;
}

/** What the tasks of some `Slots` call back. */
export interface TaskOwner<Task> {
  leave(task: QueuedTask<Task>): boolean;
  releaseSlot(): void;
  park(task: QueuedTask<Task>): void;
}

/** One task: first in the queue of its key, then in a slot. */
export class QueuedTask<Task> implements ListMember<QueuedTask<Task>>, QueueEntry, Slot {
  previous: QueuedTask<Task> | undefined = undefined;
  next: QueuedTask<Task> | undefined = undefined;
  list: object | undefined = undefined;

  readonly task: Task;
  readonly queue: KeyQueue<Task>;
  hasSlot = false;
  isParked = false;
  /** Ends the pause before a retry. */
  endPause: (() => void) | undefined = undefined;
  readonly #owner: TaskOwner<Task>;

  constructor(task: Task, queue: KeyQueue<Task>, owner: TaskOwner<Task>) {
    this.task = task;
    this.queue = queue;
    this.#owner = owner;
  }

  leave(): boolean {
    return this.#owner.leave(this);
  }

  release(): void {
    if (!this.hasSlot) return;
    this.hasSlot = false;
    this.#owner.releaseSlot();
  }

  park(): void {
    this.#owner.park(this);
  }
}

/** The tasks of one key, or one task without a key. */
export class KeyQueue<Task> implements ListMember<KeyQueue<Task>> {
  previous: KeyQueue<Task> | undefined = undefined;
  next: KeyQueue<Task> | undefined = undefined;
  list: object | undefined = undefined;

  readonly key: string | undefined;
  readonly tasks = new LinkedList<QueuedTask<Task>>();
  isRunning = false;
  /** How many holds keep it from running. */
  holds = 0;

  constructor(key: string | undefined) {
    this.key = key;
  }

  /** Keeps it from running until the returned function is called. `onChange` is called at both times. */
  hold(onChange: (queue: KeyQueue<Task>) => void): () => void {
    this.holds += 1;
    onChange(this);
    let isHeld = true;
    return () => {
      if (!isHeld) return;
      isHeld = false;
      this.holds -= 1;
      onChange(this);
    };
  }

  /** Whether its first task could run now. */
  get canRun(): boolean {
    return !this.isRunning && this.holds === 0 && this.tasks.size > 0;
  }

  /** Whether nothing waits, runs or is held in it. */
  get isEmpty(): boolean {
    return !this.isRunning && this.holds === 0 && this.tasks.size === 0;
  }
}

/** The queues in which anything waits or runs, or which are held. */
export class KeyQueues<Task> {
  readonly #byKey = new Map<string, KeyQueue<Task>>();
  /** Of one task each. */
  readonly #keyless = new Set<KeyQueue<Task>>();

  /** The queue of a key, or a new one for a task without a key. */
  for(key: string | undefined): KeyQueue<Task> {
    const known = key === undefined ? undefined : this.#byKey.get(key);
    if (known !== undefined) return known;
    const queue = new KeyQueue<Task>(key);
    if (key === undefined) this.#keyless.add(queue);
    else this.#byKey.set(key, queue);
    return queue;
  }

  /** The queue of a key, or all queues. */
  at(key?: string): readonly KeyQueue<Task>[] {
    if (key === undefined) return [...this.#byKey.values(), ...this.#keyless];
    const queue = this.#byKey.get(key);
    return queue === undefined ? [] : [queue];
  }

  forget(queue: KeyQueue<Task>): void {
    if (queue.key === undefined) this.#keyless.delete(queue);
    else this.#byKey.delete(queue.key);
  }
}
