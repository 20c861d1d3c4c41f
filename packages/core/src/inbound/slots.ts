import { systemClock } from "../clock.ts";
import { ClosedError } from "../errors/closed-error.ts";
import { QueueFullError } from "../errors/queue-full-error.ts";
import { TimeoutError } from "../errors/timeout-error.ts";
import { messageOf } from "../errors/wirekit-error.ts";
import { LinkedList } from "../kit/linked-list.ts";
import { checkFunction, checkWhole, maxTimerMs, type Resolved, throwFaults } from "../kit/option-checks.ts";
import type { WaitOptions } from "../kit/waiting.ts";
import { consoleLogger } from "../logger.ts";
import { call } from "./call.ts";
import { IdleWaiters } from "./idle-waiters.ts";
import { keptPlaces } from "./kept-places.ts";
import { Lanes } from "./lanes.ts";
import { Places, type ReservationRequest } from "./places.ts";
import type { Backlog, Place, Reservation, SlotsOptions, Undone } from "./slot-types.ts";
import { type NodeOwner, type TaskLane, TaskNode } from "./task-lane.ts";
import { type Turn, Turns } from "./turns.ts";

/**
 * Runs tasks, so many at a time, one of each key. A slow task holds back its own key and nobody else. Every operation takes constant
 * time, however many tasks wait.
 */
export class Slots<Task> {
  readonly #options: Omit<Resolved<SlotsOptions<Task>>, "capacity">;
  readonly #places: Places;
  readonly #lanes = new Lanes<Task>();
  readonly #ready = new LinkedList<TaskLane<Task>>();
  readonly #running = new LinkedList<TaskNode<Task>>();
  readonly #turns = new Turns(() => this.#pump());
  readonly #owner: NodeOwner<Task>;
  // What runs is asked for first: that is told at once, and mostly the answer.
  readonly #idle = new IdleWaiters(() => this.#running.size === 0 && this.waiting === 0);
  #backlog: Backlog<Task> | undefined;
  #onLined: (task: Task, place: Place) => void = () => undefined;
  #waiting = 0;
  #usedSlots = 0;
  #isStopped = false;

  /** @throws ConfigError naming every option at fault. */
  constructor(options: SlotsOptions<Task>) {
    const { concurrency, capacity = Number.POSITIVE_INFINITY, run, keyOf = () => undefined } = options;
    throwFaults([
      checkWhole("concurrency", concurrency, { minimum: 1 }),
      checkWhole("capacity", capacity, { minimum: 1, unlimited: "allowed" }),
      checkFunction("run", run, "required"),
      checkFunction("keyOf", keyOf, "required"),
    ]);
    const { logger = consoleLogger, clock = systemClock } = options;
    this.#options = { concurrency, run, keyOf, logger, clock };
    this.#places = new Places(capacity);
    this.#owner = {
      leave: (node) => this.#leave(node),
      release: () => {
        this.#usedSlots -= 1;
        this.#turns.soon();
      },
    };
  }

  /** Tasks that have a slot. */
  get running(): number {
    return this.#usedSlots;
  }

  /** Tasks that wait for a slot, for their key, or for the time of their retry, and those of the backlog. */
  get waiting(): number {
    return this.#waiting + (this.#backlog?.size ?? 0);
  }

  /** Tasks that have begun and whose `run` has not settled yet, with or without a slot. */
  get unfinished(): number {
    return this.#running.size;
  }

  /** How many more tasks can be added now. */
  get room(): number {
    return this.#places.room;
  }

  /**
   * Puts a task at the end of the line of its key.
   *
   * @throws QueueFullError beyond `capacity`; ClosedError after `stop`.
   */
  add(task: Task): Place {
    this.#throwIfStopped();
    if (this.#places.room < 1) {
      throw new QueueFullError("The line", { unit: "tasks", limit: this.#places.capacity });
    }
    const place = this.#enter(task);
    this.#places.take(1);
    return place;
  }

  /**
   * Puts a task at the head of its key, not to run before `afterMs`; until then nothing of its key runs. Also beyond `capacity`, because it
   * is called while the task's earlier try still has its place.
   *
   * @throws ClosedError after `stop`.
   */
  retry(task: Task, { afterMs }: { readonly afterMs: number }): Place {
    this.#throwIfStopped();
    const node = this.#nodeFor(task);
    this.#places.take(1);
    const release = this.#holdLane(node.lane);
    const cancel = this.#options.clock.setTimer(release, Math.min(Math.max(0, afterMs), maxTimerMs));
    node.lift = () => {
      cancel();
      release();
    };
    node.lane.tasks.prepend(node);
    return node;
  }

  /**
   * Takes tasks from `backlog` whenever there is a slot and nothing else to run, beyond `capacity` where it comes to that. A task whose key is busy goes to
   * the end of its line, of which `onLined` is told, and the next one is taken. To be called again when the backlog has grown; there is one at a time.
   *
   * @throws ClosedError after `stop`.
   */
  draw(backlog: Backlog<Task>, onLined: (task: Task, place: Place) => void = () => undefined): void {
    this.#throwIfStopped();
    this.#backlog = backlog;
    this.#onLined = onLined;
    this.#turns.soon();
  }

  /** Lets nothing of `key` begin until the returned function is called. What runs goes on. */
  hold(key: string): () => void {
    return this.#holdLane(this.#lanes.for(key));
  }

  /** Takes all tasks out that wait, of `key` where one is given, in order for each key. */
  takeWaiting(key?: string): Task[] {
    return this.#lanes.at(key).flatMap((lane) => this.#empty(lane));
  }

  /**
   * Keeps places for tasks to come, so that what is asked for in the meantime finds room when it arrives. Waits until there are
   * `atLeast` places, and takes up to `atMost`. Whoever asks first is served first.
   *
   * @throws ClosedError after `stop`; TimeoutError; the signal's own reason.
   */
  async reserve(request: ReservationRequest, options: WaitOptions = {}): Promise<Reservation<Task>> {
    this.#throwIfStopped();
    const granted = await this.#places.reserve(request, { ...options, clock: this.#options.clock });
    return keptPlaces(granted, {
      enter: (task: Task) => {
        this.#throwIfStopped();
        return this.#enter(task);
      },
      giveBack: (places) => this.#places.giveBack(places),
    });
  }

  /** Begins nothing more, and takes nothing more. Returns what waited, in order for each key, without what is left of the backlog. */
  stop(): Task[] {
    this.#isStopped = true;
    this.#backlog = undefined;
    const waiting = this.takeWaiting();
    this.#places.close(new ClosedError("The line"));
    return waiting;
  }

  /** Stops, waits until all that runs has settled, and returns what did not within `timeoutMs`. */
  async drain(options: WaitOptions = {}): Promise<Undone<Task>> {
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
    if (this.#isStopped) throw new ClosedError("The line");
  }

  #enter(task: Task): Place {
    const node = this.#nodeFor(task);
    node.lane.tasks.append(node);
    this.#refresh(node.lane);
    return node;
  }

  #nodeFor(task: Task): TaskNode<Task> {
    const key = this.#options.keyOf(task);
    this.#waiting += 1;
    return new TaskNode(task, this.#lanes.for(key), this.#owner);
  }

  #holdLane(lane: TaskLane<Task>): () => void {
    lane.holds += 1;
    this.#refresh(lane);
    let isHeld = true;
    return () => {
      if (!isHeld) return;
      isHeld = false;
      lane.holds -= 1;
      this.#refresh(lane);
    };
  }

  #leave(node: TaskNode<Task>): boolean {
    const { lane } = node;
    if (!lane.tasks.remove(node)) return false;
    this.#waiting -= 1;
    node.lift?.();
    this.#refresh(lane);
    this.#places.giveBack(1);
    this.#idle.tell();
    return true;
  }

  #empty(lane: TaskLane<Task>): Task[] {
    return [...lane.tasks].map((node) => {
      this.#leave(node);
      return node.task;
    });
  }

  /** Puts a lane where it belongs after anything about it has changed. */
  #refresh(lane: TaskLane<Task>): void {
    if (!lane.canRun) this.#ready.remove(lane);
    else if (lane.list === undefined) this.#ready.append(lane);
    if (lane.isGone) this.#lanes.forget(lane);
    this.#turns.soon();
  }

  /** Begins what can run. Of tasks that are done when they return, no more than could run at once: others get their turn between. */
  #pump(): Turn {
    const { concurrency } = this.#options;
    let begun = 0;
    while (this.#usedSlots < concurrency && begun < concurrency) {
      const node = this.#ready.shift()?.tasks.shift() ?? this.#drawNext();
      if (node === undefined) break;
      begun += 1;
      node.lane.isRunning = true;
      node.hasSlot = true;
      this.#waiting -= 1;
      this.#usedSlots += 1;
      this.#running.append(node);
      this.#run(node);
    }
    if (begun === 0) this.#idle.tell();
    return { begun, isMore: begun === concurrency };
  }

  /** The next task of the backlog that can run at once. */
  #drawNext(): TaskNode<Task> | undefined {
    for (;;) {
      const task = this.#backlog?.take();
      if (task === undefined) return undefined;
      const node = this.#nodeFor(task);
      const { lane } = node;
      this.#places.take(1);
      // Nothing is ready, so that whatever stands in its lane cannot run either.
      if (lane.isGone) return node;
      lane.tasks.append(node);
      this.#onLined(task, node);
    }
  }

  /** A task that has nothing to wait for is not waited for: a promise for each would be a good part of what it costs. */
  #run(node: TaskNode<Task>): void {
    const called = call(this.#options.run, node.task, node);
    if (called.kind === "pending") {
      void called.promise.catch((thrown: unknown) => this.#logThrown(thrown)).then(() => this.#ended(node));
      return;
    }
    if (called.kind === "error") this.#logThrown(called.error);
    this.#ended(node);
  }

  #logThrown(thrown: unknown): void {
    const fields = { error: messageOf(thrown) };
    this.#options.logger.error(fields, "A task has thrown instead of giving an outcome");
  }

  #ended(node: TaskNode<Task>): void {
    node.release();
    this.#running.remove(node);
    node.lane.isRunning = false;
    this.#refresh(node.lane);
    this.#places.giveBack(1);
    this.#idle.tell();
  }
}
