import { collectGarbage } from "./collect-garbage.ts";
import { summarize } from "./statistics.ts";

/** One of the ways of doing the same work that are measured side by side. */
export interface Contender {
  readonly name: string;
  /** Where a round of this one is not of the same size as those of the others. */
  readonly operations?: number | undefined;
  /** What has to be there before the work of a round begins; not measured. */
  prepare?(): Promise<void>;
  /** Does the work of one round, all `operations` of it, and rejects when any of it failed. */
  run(): Promise<void>;
}

/** What a server counted since it started. */
export interface Traffic {
  /** Where the server counts them, as the next. */
  readonly requests?: number | undefined;
  readonly sockets?: number | undefined;
  /** Of the processor's time in the server's process, in milliseconds, where the server tells it. */
  readonly processorMs?: number | undefined;
}

export interface CompareOptions {
  readonly rounds: number;
  /** What one round consists of: signatures, sends; unless a contender says otherwise. */
  readonly operations: number;
  /** Asked before and after each round, where there is a server to ask. */
  readonly traffic?: (() => Promise<Traffic>) | undefined;
  readonly clock?: BenchClock | undefined;
}

/**
 * Both in milliseconds. The processor's time is that of this process alone: a server in another one is not in
 * it.
 */
export interface BenchClock {
  now(): number;
  processor(): number;
}

const systemClock: BenchClock = {
  now: () => performance.now(),
  processor: () => {
    const { user, system } = process.cpuUsage();
    return (user + system) / 1000;
  },
};

/** What was measured of one contender: an entry per round. */
export interface Measured {
  readonly name: string;
  /** In each round. */
  readonly operations: number;
  /** Operations per second. */
  readonly rates: readonly number[];
  /** Of the processor's time in this process, per operation, in microseconds. */
  readonly processorMicros: readonly number[];
  readonly traffic: readonly Traffic[];
}

/**
 * Runs every contender once to warm it up, and then all of them in each round. Each round begins with another
 * one, and every other round goes backwards, so that none has always the same one before it: what changes on
 * the machine meanwhile, and what one leaves behind for the next, falls on all of them alike.
 */
export async function compare(
  contenders: readonly Contender[],
  options: CompareOptions,
): Promise<readonly Measured[]> {
  for (const contender of contenders) await measureOnce(contender, options);
  const results = contenders.map((contender) => ({ contender, runs: [] as Run[] }));
  for (let round = 0; round < options.rounds; round += 1) {
    for (const result of inOrderOf(round, results))
      result.runs.push(await measureOnce(result.contender, options));
  }
  return results.map(({ contender, runs }) => ({
    name: contender.name,
    operations: contender.operations ?? options.operations,
    rates: runs.map(({ rate }) => rate),
    processorMicros: runs.map(({ processorMicros }) => processorMicros),
    traffic: runs.flatMap(({ traffic }) => (traffic === undefined ? [] : [traffic])),
  }));
}

function inOrderOf<T>(round: number, contenders: readonly T[]): readonly T[] {
  const first = round % contenders.length;
  const rotated = [...contenders.slice(first), ...contenders.slice(0, first)];
  return round % 2 === 0 ? rotated : rotated.reverse();
}

interface Run {
  readonly rate: number;
  readonly processorMicros: number;
  readonly traffic: Traffic | undefined;
}

async function measureOnce(contender: Contender, options: CompareOptions): Promise<Run> {
  const { traffic, clock = systemClock } = options;
  const { operations = options.operations } = contender;
  await contender.prepare?.();
  collectGarbage();
  const trafficBefore = await traffic?.();
  const startedAt = clock.now();
  const processorBefore = clock.processor();
  await contender.run();
  const processorMs = clock.processor() - processorBefore;
  const elapsedMs = clock.now() - startedAt;
  const trafficAfter = await traffic?.();
  return {
    rate: (operations / elapsedMs) * 1000,
    processorMicros: (processorMs * 1000) / operations,
    traffic: difference(trafficBefore, trafficAfter),
  };
}

function difference(before: Traffic | undefined, after: Traffic | undefined): Traffic | undefined {
  if (before === undefined || after === undefined) return undefined;
  return {
    ...(after.requests !== undefined && { requests: after.requests - (before.requests ?? 0) }),
    ...(after.sockets !== undefined && { sockets: after.sockets - (before.sockets ?? 0) }),
    ...(after.processorMs !== undefined && { processorMs: after.processorMs - (before.processorMs ?? 0) }),
  };
}

/** The middle of what a server counted in the rounds of one contender. */
export function usualTraffic({ traffic }: Measured): Traffic | undefined {
  if (traffic.length === 0) return undefined;
  const middle = (values: readonly (number | undefined)[]): number | undefined => {
    const counted = values.filter((value) => value !== undefined);
    return counted.length === 0 ? undefined : summarize(counted).median;
  };
  return {
    requests: middle(traffic.map(({ requests }) => requests)),
    sockets: middle(traffic.map(({ sockets }) => sockets)),
    processorMs: middle(traffic.map(({ processorMs }) => processorMs)),
  };
}
