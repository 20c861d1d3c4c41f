import type { MessageConsumer } from "@wirekit/message-bus";

/** One of the payment services that share the work. */
export interface Instance {
  readonly name: string;
  /** Tells it to end: it finishes what it has begun, and gives the rest back. */
  stop(): Promise<StoppedInstance>;
  /** Ends it in the middle of what it does; absent where it has no process of its own. */
  readonly kill?: (() => Promise<void>) | undefined;
}

export interface StoppedInstance {
  /** Of its process; 0 where it has none and could be closed. */
  readonly exitCode: number;
  readonly report: InstanceReport;
}

/** What an instance tells when it has ended its work. */
export interface InstanceReport {
  readonly name: string;
  readonly received: number;
  readonly handled: number;
  readonly retried: number;
  readonly deadLettered: number;
  readonly invalid: number;
  /** Given back at the end, or lost to another instance. */
  readonly left: number;
  /** Of those handled: copies that were recognised. */
  readonly copies: number;
  /** Of every payment that was handled, from the start of handling until the bus knew. */
  readonly latenciesMs: readonly number[];
}

/** Listens to a service from its start; tells its report when it has ended. */
export function reportOf(name: string, service: MessageConsumer): () => InstanceReport {
  const latenciesMs: number[] = [];
  service.on("processed", ({ outcome, durationMs }) => {
    if (outcome === "handled") latenciesMs.push(durationMs);
  });
  return () => {
    const { received, handled, retried, deadLettered, invalid, left, duplicates: copies } = service.stats();
    return { name, received, handled, retried, deadLettered, invalid, left, copies, latenciesMs };
  };
}
