import type { Fault, FaultScope, FaultStep, Faults, MatchedRequest, ScriptedFault } from "./fault.ts";
import type { ReceivedRequest, RequestHead } from "./received-request.ts";
import { createTally, type Tally } from "./tally.ts";

/** A fault at work on one request. */
export interface Strike {
  readonly steps: readonly FaultStep[];
  /** Resolves when the fault is released. */
  readonly released: Promise<void>;
  /** To be called once, when the request has ended. */
  end(): void;
}

/** The script as the server uses it. */
export interface FaultScript {
  readonly faults: Faults;
  /**
   * The fault for a request of which only the head is known: undefined also where the body has to be seen
   * first.
   */
  claimByHead(head: RequestHead): Strike | undefined;
  /** The fault for a request that none has claimed by its head. */
  claim(request: ReceivedRequest): Strike | undefined;
  /**
   * Rejects whoever waits for a strike. What is held ends with its connection, not here: it must not be
   * applied now.
   */
  close(): void;
}

interface Entry {
  readonly steps: readonly FaultStep[];
  readonly scope: FaultScope;
  remaining: number;
  readonly struck: Tally<RequestHead>;
  readonly ended: Tally<RequestHead>;
  readonly released: Promise<void>;
  readonly release: () => void;
}

export function createFaultScript(): FaultScript {
  const queue = new Set<Entry>();
  const entries = new Set<Entry>();
  const closing = new Error("The server was closed before this happened");

  function strike(entry: Entry, head: RequestHead): Strike {
    entry.remaining -= 1;
    if (entry.remaining === 0) queue.delete(entry);
    entry.struck.add(head);
    return { steps: entry.steps, released: entry.released, end: () => entry.ended.add(head) };
  }

  function claimFirst(
    eligible: (entry: Entry) => boolean,
    request: RequestHead & MatchedRequest,
  ): Strike | undefined {
    for (const entry of queue) {
      if (eligible(entry) && (entry.scope.when?.(request) ?? true)) return strike(entry, request);
    }
    return undefined;
  }

  return {
    faults: {
      next(fault, scope = {}) {
        const entry = createEntry(fault, scope);
        queue.add(entry);
        entries.add(entry);
        return scripted(entry, queue);
      },
      get pending() {
        return [...queue].reduce((sum, entry) => sum + entry.remaining, 0);
      },
      clear() {
        queue.clear();
        for (const entry of entries) entry.release();
        entries.clear();
      },
    },
    // A predicate on a fault that strikes later may want the body: such a fault is asked once the body is
    // there.
    claimByHead: (head) =>
      claimFirst((entry) => strikesUnread(entry.steps) || entry.scope.when === undefined, head),
    claim: (request) => claimFirst((entry) => !strikesUnread(entry.steps), request),
    close() {
      queue.clear();
      for (const entry of entries) {
        entry.struck.end(closing);
        entry.ended.end(closing);
      }
    },
  };
}

function createEntry(fault: Fault, scope: FaultScope): Entry {
  const times = scope.times ?? 1;
  if (times !== Number.POSITIVE_INFINITY && (!Number.isInteger(times) || times < 1)) {
    throw new RangeError("times must be a whole number above 0, or Infinity");
  }
  let release = () => {};
  const released = new Promise<void>((resolve) => {
    release = resolve;
  });
  return {
    steps: isSteps(fault) ? fault : [fault],
    scope,
    remaining: times,
    struck: createTally(),
    ended: createTally(),
    released,
    release,
  };
}

function isSteps(fault: Fault): fault is readonly FaultStep[] {
  return Array.isArray(fault);
}

function strikesUnread(steps: readonly FaultStep[]): boolean {
  return steps.some((step) => (step.kind === "hold" || step.kind === "reset") && step.before === "read");
}

function scripted(entry: Entry, queue: Set<Entry>): ScriptedFault {
  return {
    get strikes() {
      return entry.struck.values.length;
    },
    struck: (count = 1) => entry.struck.reached(count),
    ended: (count = 1) => entry.ended.reached(count),
    release: entry.release,
    cancel: () => {
      queue.delete(entry);
    },
  };
}
