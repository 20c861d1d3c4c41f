import { type ApiName, layouts } from "./protocol/layouts.ts";

/** How much a broker was asked since it started, or since the count was begun anew. */
export interface KafkaCounts {
  /** Requests by API. An attempt in a version that is not spoken counts as well. */
  readonly requests: Readonly<Record<ApiName, number>>;
  /** Connections that came in. */
  readonly connections: number;
}

const apiNames = Object.keys(layouts) as ApiName[];

/** Counts requests and connections, for those who measure how few will do. */
export class RequestCounters {
  #requests = zero();
  #connections = 0;

  count(api: ApiName): void {
    this.#requests[api] += 1;
  }

  countConnection(): void {
    this.#connections += 1;
  }

  get counts(): KafkaCounts {
    return { requests: { ...this.#requests }, connections: this.#connections };
  }

  reset(): void {
    this.#requests = zero();
    this.#connections = 0;
  }
}

function zero(): Record<ApiName, number> {
  return Object.fromEntries(apiNames.map((name) => [name, 0])) as Record<ApiName, number>;
}
