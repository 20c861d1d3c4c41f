import { ClosedError } from "../errors/closed-error.ts";
import { QueueFullError } from "../errors/queue-full-error.ts";
import { TimeoutError } from "../errors/timeout-error.ts";
import { messageOf } from "../errors/wirekit-error.ts";
import { LinkedList } from "../kit/linked-list.ts";
import { maxTimerMs, type Resolved } from "../kit/option-checks.ts";
import type { WaitOptions } from "../kit/waiting.ts";
import { call, isPending } from "./call.ts";
import { Capacity, type Reservation, type ReservationRequest } from "./capacity.ts";
import { type KeyQueue, KeyQueues, QueuedTask, type QueueEntry, type TaskOwner } from "./key-queues.ts";
import { resolveSlotsOptions, type SlotsOptions } from "./slots-options.ts";
import type { FetchBuffer } from "./source.ts";
import { IdleWaiters, type Pass, WorkLoop } from "./work-loop.ts";

/**
 * As many tasks that wait for their keys lend their capacity: SQS gives ten messages of one group at once.
 */
const maxBlockedPerSlot = 10;

/**
 * Runs a limited number of tasks at a time, and those of one key one after the other. A slow task holds back
 * its own key only. Every operation takes constant time, however many tasks wait.
 */
export class Slots<Task> {
  readonly #options: Resolved<SlotsOptions<Task>>;
  readonly #capacity: Capacity;
  readonly #queues = new KeyQueues<Task>();
  readonly #ready = new LinkedList<KeyQueue<Task>>();
  readonly #running = new LinkedList<QueuedTask<Task>>();
  readonly #loop = new WorkLoop(() => this.#beginTasks());
  readonly #owner: TaskOwner<Task>;
  // The tasks that run come first: looking at them is fast, and mostly decides.
  readonly #idle = new IdleWaiters(() => this.#running.size === 0 && this.waiting === 0);
  #buffer: FetchBuffer<Task> | undefined;
  #onQueued: (task: Task, entry: QueueEntry) => void = () => undefined;
  #waiting = 0;
  #usedSlots = 0;
  #isStopped = false;

  /** @throws ConfigError naming every option at fault. */
  constructor(options: SlotsOptions<Task>) {
    this.#options = resolveSlotsOptions(options);
    const { capacity, clock } = this.#options;
    this.#capacity = new Capacity(capacity, clock, () => this.#blockedAtIdleSlot());
    this.#owner = {
      leave: (queued) => this.#leave(queued),
      releaseSlot: () => {
        this.#usedSlots -= 1;
        this.#loop.schedule();
      },
      park: (queued) => this.#park(queued),
    };
  }

  /** Tasks that have a slot. */
  get running(): number {
    return this.#usedSlots;
  }

  /** Tasks that wait for a slot, for their key, or for the time of their retry, and those of the buffer. */
  get waiting(): number {
    return this.#waiting + (this.#buffer?.size ?? 0);
  }

  /** Tasks that have begun, and whose `run` has not settled yet. */
  get unfinished(): number {
    return this.#running.size;
  }

  /** How many more tasks can be added now. */
  get available(): number {
    return this.#capacity.available;
  }

  /**
   * Puts a task at the end of the queue of its key.
   *
   * @throws QueueFullError beyond `capacity`; ClosedError after `stop`.
   */
  add(task: Task): QueueEntry {
    this.#throwIfStopped();
    const { available, limit } = this.#capacity;
    if (available < 1) throw new QueueFullError("The queue", { unit: "tasks", limit });
    const entry = this.#enter(task);
    this.#capacity.take(1);
    return entry;
  }

  /**
   * Puts a task at the head of its key, not to run before `afterMs`; until then nothing of its key runs. Also
   * beyond `capacity`, because the task's earlier try still takes some.
   *
   * @throws ClosedError after `stop`.
   */
  retry(task: Task, { afterMs }: { readonly afterMs: number }): QueueEntry {
    this.#throwIfStopped();
    const queued = this.#newEntry(task);
    this.#capacity.take(1);
    const release = queued.queue.hold(this.#refresh);
    const cancel = this.#options.clock.setTimer(release, Math.min(Math.max(0, afterMs), maxTimerMs));
    queued.endPause = () => {
      cancel();
      release();
    };
    queued.queue.tasks.prepend(queued);
    return queued;
  }

  /**
   * Takes tasks from `buffer` when a slot is free and nothing else can run, also beyond `capacity`. One whose
   * key is busy is queued, and `onQueued` is called. Call it again when the buffer has grown.
   *
   * @throws ClosedError after `stop`.
   */
  pull(buffer: FetchBuffer<Task>, onQueued: (task: Task, entry: QueueEntry) => void = () => undefined): void {
    this.#throwIfStopped();
    this.#buffer = buffer;
    this.#onQueued = onQueued;
    this.#loop.schedule();
  }

  /** Lets nothing of `key` begin until the returned function is called. What runs goes on. */
  hold(key: string): () => void {
    return this.#queues.for(key).hold(this.#refresh);
  }

  /** Takes out all tasks that wait, of `key` if given, in order for each key. */
  takeWaiting(key?: string): Task[] {
    const waiting = this.#queues.at(key).flatMap((queue) => [...queue.tasks]);
    for (const queued of waiting) this.#leave(queued);
    return waiting.map(({ task }) => task);
  }

  /**
   * Reserves capacity for what is about to be requested. Waits until `atLeast` are available, takes up to
   * `atMost`, and serves callers in the order in which they came.
   *
   * @throws ClosedError after `stop`; TimeoutError; the signal's own reason.
   */
  async reserve(request: ReservationRequest, options: WaitOptions = {}): Promise<Reservation<Task>> {
    this.#throwIfStopped();
    return this.#capacity.reserve(request, options, (task: Task) => {
      this.#throwIfStopped();
      return this.#enter(task);
    });
  }

  /** Begins and takes nothing more. Returns what waited, in order for each key, without the buffer. */
  stop(): Task[] {
    this.#isStopped = true;
    this.#buffer = undefined;
    const waiting = this.takeWaiting();
    this.#capacity.close(new ClosedError("The queue"));
    return waiting;
  }

  /** Stops, waits until what runs has settled, and returns what was not begun and what still runs. */
  async drain(options: WaitOptions = {}): Promise<{
    readonly waiting: readonly Task[];
    readonly running: readonly Task[];
  }> {
    const waiting = this.stop();
    await this.whenIdle(options).catch((thrown: unknown) => {
      if (!(thrown instanceof TimeoutError)) throw thrown;
    });
    return { waiting, running: [...this.#running].map(({ task }) => task) };
  }

  /** Resolves once nothing waits and nothing runs. */
  whenIdle(options: WaitOptions = {}): Promise<void> {
    return this.#idle.wait({ ...options, clock: this.#options.clock });
  }

  #throwIfStopped(): void {
    if (this.#isStopped) throw new ClosedError("The queue");
  }

  #enter(task: Task): QueueEntry {
    const queued = this.#newEntry(task);
    queued.queue.tasks.append(queued);
    this.#refresh(queued.queue);
    return queued;
  }

  #newEntry(task: Task): QueuedTask<Task> {
    const key = this.#options.keyOf(task);
    this.#waiting += 1;
    return new QueuedTask(task, this.#queues.for(key), this.#owner);
  }

  #leave(queued: QueuedTask<Task>): boolean {
    const { queue } = queued;
    if (!queue.tasks.remove(queued)) return false;
    this.#waiting -= 1;
    queued.endPause?.();
    this.#refresh(queue);
    this.#capacity.giveBack(1);
    this.#idle.check();
    return true;
  }

  /** Puts a queue where it belongs after anything about it has changed. */
  readonly #refresh = (queue: KeyQueue<Task>): void => {
    if (!queue.canRun) this.#ready.remove(queue);
    else if (queue.list === undefined) this.#ready.append(queue);
    if (queue.isEmpty) this.#queues.forget(queue);
    this.#loop.schedule();
  };

  /** Begins what can run: at most `concurrency` tasks that end when they return, then other code runs. */
  #beginTasks(): Pass {
    const { concurrency } = this.#options;
    let begun = 0;
    while (this.#usedSlots < concurrency && begun < concurrency) {
      const queued = this.#ready.shift()?.tasks.shift() ?? this.#pullNext();
      if (queued === undefined) break;
      begun += 1;
      queued.queue.isRunning = true;
      queued.hasSlot = true;
      this.#waiting -= 1;
      this.#usedSlots += 1;
      this.#running.append(queued);
      this.#run(queued);
    }
    if (begun === 0) this.#idle.check();
    if (this.#usedSlots < concurrency) this.#capacity.slotsChanged();
    return { begun, isMore: begun === concurrency };
  }

  /** The next task of the buffer that can run at once. */
  #pullNext(): QueuedTask<Task> | undefined {
    for (;;) {
      const task = this.#buffer?.take();
      if (task === undefined) return undefined;
      const queued = this.#newEntry(task);
      const { queue } = queued;
      this.#capacity.take(1);
      // No queue is ready, so that what stands in this one cannot run either.
      if (queue.isEmpty) return queued;
      queue.tasks.append(queued);
      this.#onQueued(task, queued);
    }
  }

  // See docs/performance.md, "No promise for what is already there".
  #run(queued: QueuedTask<Task>): void {
    const called = call(this.#options.run, queued.task, queued);
    if (isPending(called)) {
      void called.catch((thrown: unknown) => this.#logThrown(thrown)).then(() => this.#end(queued));
      return;
    }
    if (called.kind === "error") this.#logThrown(called.error);
    this.#end(queued);
  }

  #logThrown(thrown: unknown): void {
    this.#options.logger.error(
      { error: messageOf(thrown) },
      "A task has thrown instead of returning an outcome",
    );
  }

  #end(queued: QueuedTask<Task>): void {
    queued.release();
    this.#running.remove(queued);
    queued.queue.isRunning = false;
    this.#refresh(queued.queue);
    if (queued.isParked) this.#capacity.unpark();
    else this.#capacity.giveBack(1);
    this.#idle.check();
  }

  #park(queued: QueuedTask<Task>): void {
    if (!queued.isParked && queued.list === this.#running) queued.isParked = this.#capacity.park();
  }

  /** If a slot is free, and nothing that is held can run in it: how many tasks wait for their keys. */
  #blockedAtIdleSlot(): number | undefined {
    const { concurrency } = this.#options;
    if (this.#isStopped || this.#usedSlots >= concurrency) return undefined;
    if (this.#ready.size > 0 || (this.#buffer?.size ?? 0) > 0) return undefined;
    return Math.min(this.#waiting, maxBlockedPerSlot * concurrency);
  }
}
