import type { ApiRequest, BatchEntry } from "./api-request.ts";
import type { EntryFailure } from "./partial-failure.ts";

/** What goes wrong with a request. */
export type Fault =
  /** Answered with this error; the service never sees the request. */
  | { readonly kind: "error"; readonly status: number; readonly code: string }
  /** The connection breaks before the service sees the request. */
  | { readonly kind: "reset" }
  /** The service does as it was told, but the connection breaks before the answer. */
  | { readonly kind: "lose-answer" }
  /** The answer is held back until `until` resolves. The service has done as it was told by then. */
  | { readonly kind: "delay"; readonly until: Promise<void> }
  /** These entries of a batch fail, without reaching the service; the others are carried out. */
  | ({ readonly kind: "fail-entries"; readonly which: (entry: BatchEntry) => boolean } & EntryFailure)
  /** What a receive returns, it returns twice. */
  | { readonly kind: "duplicate" }
  /** What a receive returns, it returns in the opposite order. */
  | { readonly kind: "reverse" };

/** Which requests a fault befalls. */
export interface FaultTarget {
  /** `ReceiveMessage`, `PublishBatch`, ...; default any. */
  readonly action?: string;
  /** How many requests in a row; default 1. */
  readonly times?: number;
  readonly when?: (request: ApiRequest) => boolean;
}

/** A fault that was planned. */
export interface PlannedFault {
  /** Resolves once it has befallen as many requests as it was planned for. */
  readonly applied: Promise<void>;
  /** Takes it back, as far as it is not spent. */
  cancel(): void;
}

interface Plan {
  readonly fault: Fault;
  readonly target: FaultTarget;
  left: number;
  readonly done: () => void;
}

/** The script of what goes wrong next. Of several that fit a request, the one planned first befalls it. */
export class Faults {
  readonly #plans = new Set<Plan>();

  /** Plans `fault` for the next requests that fit `target`. */
  next(fault: Fault, target: FaultTarget = {}): PlannedFault {
    let done = (): void => {};
    const applied = new Promise<void>((resolve) => {
      done = resolve;
    });
    const plan: Plan = { fault, target, left: target.times ?? 1, done };
    this.#plans.add(plan);
    return { applied, cancel: () => this.#plans.delete(plan) };
  }

  /** Forgets everything that was planned. */
  clear(): void {
    this.#plans.clear();
  }

  /** The fault that befalls this request, which is spent by asking. */
  take(request: ApiRequest): Fault | undefined {
    for (const plan of this.#plans) {
      const { action, when } = plan.target;
      if (action !== undefined && action !== request.action) continue;
      if (when?.(request) === false) continue;
      plan.left -= 1;
      if (plan.left <= 0) {
        this.#plans.delete(plan);
        plan.done();
      }
      return plan.fault;
    }
    return undefined;
  }
}
