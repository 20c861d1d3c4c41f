import type { CommonFault, Moment } from "./fault.ts";
import type { Strike } from "./plan.ts";

/** Calls `callback` once after `delayMs`; the returned function prevents that. */
export type SetTimer = (callback: () => void, delayMs: number) => () => void;

/** How a pause ended: it is over, or the connection is gone and there is nothing to go on for. */
export type PauseEnd = "over" | "gone";

export interface PauseOptions {
  /** Ends the pause early. */
  readonly released: AbortSignal;
  /** Aborted when the connection is gone. */
  readonly gone: AbortSignal;
  /** Default: the machine's own timers. */
  readonly setTimer?: SetTimer | undefined;
}

/** Waits until it is released, or for `forMs` where that is given. */
export function pause(forMs: number | undefined, options: PauseOptions): Promise<PauseEnd> {
  const { released, gone, setTimer = systemTimer } = options;
  return new Promise((resolve) => {
    if (gone.aborted) return resolve("gone");
    if (released.aborted) return resolve("over");
    const stopTimer = forMs === undefined ? () => {} : setTimer(finish, forMs);
    released.addEventListener("abort", finish, { once: true });
    gone.addEventListener("abort", finish, { once: true });
    function finish(): void {
      stopTimer();
      released.removeEventListener("abort", finish);
      gone.removeEventListener("abort", finish);
      resolve(gone.aborted ? "gone" : "over");
    }
  });
}

/**
 * What becomes of a request at some moment: it goes on, its connection is to be ended, or is gone already.
 */
export type Passage = "go-on" | "reset" | "close" | "gone";

/** Carries out what the common faults of a strike have for this moment. */
export async function pass(
  moment: Moment,
  strike: Strike<CommonFault | { readonly kind: string }>,
  options: Omit<PauseOptions, "released">,
): Promise<Passage> {
  for (const fault of strike.faults) {
    if (!isCommon(fault) || fault.before !== moment) continue;
    if (fault.kind !== "hold") return fault.kind;
    if ((await pause(fault.forMs, { ...options, released: strike.released })) === "gone") return "gone";
  }
  return "go-on";
}

function isCommon(fault: CommonFault | { readonly kind: string }): fault is CommonFault {
  return fault.kind === "hold" || fault.kind === "reset" || fault.kind === "close";
}

/** The fault of that kind, where the strike has one. */
export function faultOf<Fault extends { readonly kind: string }, Kind extends Fault["kind"]>(
  { faults }: Pick<Strike<Fault>, "faults">,
  kind: Kind,
): Extract<Fault, { readonly kind: Kind }> | undefined {
  return faults.find((fault): fault is Extract<Fault, { readonly kind: Kind }> => fault.kind === kind);
}

const systemTimer: SetTimer = (callback, delayMs) => {
  const timer = setTimeout(callback, delayMs);
  return () => clearTimeout(timer);
};
