import type { ErrorName } from "./errors.ts";
import type { ApiName } from "./protocol/layouts.ts";

/** Before the request has had its effect, or after. */
export type Moment = "before" | "after";

/** What goes wrong with one request. */
export type Fault =
  /**
   * The answer carries this error code wherever such an answer has room for one. By default the request has
   * no effect.
   */
  | { readonly kind: "error"; readonly error: ErrorName; readonly when?: Moment | undefined }
  /** The request is looked at only after this time, and not at all when its client is gone by then. */
  | { readonly kind: "delay"; readonly delayMs: number }
  /** The connection ends without an answer. */
  | { readonly kind: "drop"; readonly when: Moment }
  /** The request has its effect; its answer never comes, while the connection goes on. */
  | { readonly kind: "withhold" }
  /** The request has its effect; half of the answer comes, then the connection ends. */
  | { readonly kind: "truncate" };

/** Which requests a fault is for: of all of one API, those that fit everything that is said here. */
export interface FaultScope {
  /** How many requests; 1 by default. */
  readonly times?: number | undefined;
  /** Only those of clients with this client id. */
  readonly clientId?: string | undefined;
  /** Only those that come in at this node. */
  readonly nodeId?: number | undefined;
}

interface Planned {
  readonly api: ApiName;
  readonly fault: Fault;
  readonly scope: FaultScope;
  left: number;
}

/** The faults that are still to come. */
export class FaultPlan {
  #planned: Planned[] = [];

  add(api: ApiName, fault: Fault, scope: FaultScope): void {
    this.#planned.push({ api, fault, scope, left: scope.times ?? 1 });
  }

  /** Takes the first fault that fits a request. */
  take(api: ApiName, request: { readonly clientId: string; readonly nodeId: number }): Fault | undefined {
    const planned = this.#planned.find(
      ({ api: name, scope }) =>
        name === api &&
        (scope.clientId ?? request.clientId) === request.clientId &&
        (scope.nodeId ?? request.nodeId) === request.nodeId,
    );
    if (planned === undefined) return undefined;
    planned.left -= 1;
    if (planned.left <= 0) this.#planned = this.#planned.filter((other) => other !== planned);
    return planned.fault;
  }

  clear(): void {
    this.#planned = [];
  }

  /** How many faults have not happened yet. */
  get left(): number {
    return this.#planned.reduce((sum, { left }) => sum + left, 0);
  }
}
