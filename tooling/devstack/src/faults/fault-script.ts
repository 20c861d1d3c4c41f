import type { Faults, FaultTarget, Moment, PlannedFault } from "./fault.ts";
import { Plan, type Strike } from "./plan.ts";
import { checkFault, checkKnownByHead, readTarget, type Vocabulary } from "./vocabulary.ts";

interface AnyFault {
  readonly kind: string;
  readonly before?: Moment | undefined;
}

/** What goes wrong next on one server. */
export class FaultScript<Fault extends AnyFault, On, Request> {
  /** What tests plan faults with. */
  readonly faults: Faults<Fault, On, Request>;
  readonly #vocabulary: Vocabulary<Fault["kind"], On, Request>;
  /** Those that are still to strike, in the order in which they were planned. */
  readonly #queue = new Set<Plan<Fault, Request>>();
  /** Those, and the ones that have struck a request which is not yet at its end. */
  readonly #plans = new Set<Plan<Fault, Request>>();

  constructor(vocabulary: Vocabulary<Fault["kind"], On, Request>) {
    this.#vocabulary = vocabulary;
    const pending = () => [...this.#queue].reduce((sum, { remaining }) => sum + remaining, 0);
    this.faults = {
      next: (fault, target = {}) => this.#plan(fault, target),
      get pending() {
        return pending();
      },
      clear: () => this.#clear(),
    };
  }

  /**
   * The fault for a request of which only the head is known: undefined also where the rest has to be seen
   * first.
   */
  claimByHead(head: Request): Strike<Fault> | undefined {
    if (this.#queue.size === 0) return undefined;
    // One that was planned earlier and has to see the rest of the request goes before the ones that have not.
    let first: "open" | "waits-for-body" = "open";
    for (const plan of this.#queue) {
      const isUnread = strikesUnread(plan.faults);
      if (!isUnread && plan.target.known === "by-body") first = "waits-for-body";
      else if ((isUnread || first === "open") && plan.target.matches(head)) return this.#strike(plan, head);
    }
    return undefined;
  }

  /** The fault for a request that none has claimed by its head. */
  claim(request: Request): Strike<Fault> | undefined {
    for (const plan of this.#queue) {
      if (!strikesUnread(plan.faults) && plan.target.matches(request)) return this.#strike(plan, request);
    }
    return undefined;
  }

  /**
   * Rejects those who wait for a strike. What is held ends with its connection, not here: it must not be
   * applied now.
   */
  close(): void {
    const reason = new Error("The server was closed before this happened");
    for (const plan of this.#plans) plan.close(reason);
    this.#queue.clear();
    this.#plans.clear();
  }

  #plan(fault: Fault | readonly Fault[], target: FaultTarget<On, Request>): PlannedFault<Request> {
    const faults = isList(fault) ? fault : [fault];
    for (const [index, one] of faults.entries())
      checkFault(one, isList(fault) ? `fault[${index}]` : "fault", this.#vocabulary.faults);
    const read = readTarget(target, this.#vocabulary);
    if (strikesUnread(faults)) checkKnownByHead(target.on, this.#vocabulary);
    const plan = new Plan<Fault, Request>(faults, read);
    this.#queue.add(plan);
    this.#plans.add(plan);
    return plan.handle(() => {
      this.#queue.delete(plan);
      if (plan.isOver) this.#plans.delete(plan);
    });
  }

  #strike(plan: Plan<Fault, Request>, request: Request): Strike<Fault> {
    const strike = plan.strike(request, () => this.#plans.delete(plan));
    if (plan.remaining === 0) this.#queue.delete(plan);
    return strike;
  }

  #clear(): void {
    for (const plan of this.#plans) {
      plan.cancel();
      plan.release();
    }
    this.#queue.clear();
    this.#plans.clear();
  }
}

function isList<Fault>(fault: Fault | readonly Fault[]): fault is readonly Fault[] {
  return Array.isArray(fault);
}

function strikesUnread(faults: readonly AnyFault[]): boolean {
  return faults.some(({ before }) => before === "read");
}
