import { anySignal, sleep, withTimeout } from "@wirekit/core/kit";
import { endOfLog } from "../rows/end-of-log.ts";
import { formatSample, formatTime } from "./format.ts";
import { MemoryTrend } from "./memory-trend.ts";
import { type Random, randomOf } from "./random.ts";
import type { RunningWorkload, Workload } from "./workload.ts";

export interface SoakOptions {
  readonly seed: string;
  readonly durationMs: number;
  readonly sampleEveryMs: number;
  /** Ends the run before its time; what runs comes to its end all the same. */
  readonly signal: AbortSignal;
  readonly print: (line: string) => void;
}

/** Between the end of one fault and the beginning of the next. */
const calmMs = { least: 2_000, most: 8_000 };
const faultLimitMs = 180_000;

/** Runs one workload for a while, and resolves to what is wrong with it: nothing, if all is well. */
export async function soakOne(workload: Workload, options: SoakOptions): Promise<readonly string[]> {
  const { seed, durationMs, signal, print } = options;
  await using running = await workload.start();
  const startedAt = performance.now();
  const elapsed = () => performance.now() - startedAt;
  // A timer of our own: Node 20 may collect what AbortSignal.any made of a time-out, and then it never fires.
  const time = new AbortController();
  const timer = setTimeout(() => time.abort(), durationMs);
  const { signal: timeIsOver, release } = anySignal(signal, time.signal);
  const trend = new MemoryTrend();
  const say = (text: string) => print(`${formatTime(elapsed())}  ${workload.name}  ${text}`);

  const striking = strike(running, randomOf(`${seed} ${workload.name}`), timeIsOver, say);
  const sampling = watch(workload.name, running, { ...options, signal: timeIsOver, trend, elapsed });
  // The first that fails ends neither of them before its time: the account is wanted all the same.
  const ended = await Promise.allSettled([striking, sampling]);
  clearTimeout(timer);
  release();
  const broken = ended.flatMap((end) => (end.status === "rejected" ? [String(end.reason)] : []));

  say("the time is over, everything is brought to its end");
  const { account, faults } = await running.finish();
  say(account);
  const all = [...broken, ...faults, ...trend.faults()];
  for (const fault of all) say(`FAULT ${fault}`);
  if (all.length > 0) for (const path of running.logPaths) print(await endOfLog(path));
  say(
    all.length === 0
      ? `the account adds up, and the memory of ${trend.judged} processes stays within bounds`
      : `${all.length} faults`,
  );
  return all.map((fault) => `${workload.name}: ${fault}`);
}

/** One fault after the other, chosen by the seed. */
async function strike(
  { faults }: RunningWorkload,
  random: Random,
  signal: AbortSignal,
  say: (text: string) => void,
): Promise<void> {
  while (await calm(random.between(calmMs.least, calmMs.most), signal)) {
    const fault = random.pick(faults);
    say(`fault: ${fault.name}`);
    await withTimeout(`The fault that ${fault.name}`, () => fault.strike(random), {
      timeoutMs: faultLimitMs,
    });
  }
}

interface Watching extends Pick<SoakOptions, "sampleEveryMs" | "signal" | "print"> {
  readonly trend: MemoryTrend;
  readonly elapsed: () => number;
}

async function watch(name: string, running: RunningWorkload, watching: Watching): Promise<void> {
  const { sampleEveryMs, signal, print, trend, elapsed } = watching;
  let doneBefore = 0;
  let sampledAt = elapsed();
  while (await calm(sampleEveryMs, signal)) {
    const sample = await running.sample();
    const now = elapsed();
    print(formatSample(name, { sample, doneBefore, elapsedMs: now, sinceMs: now - sampledAt }));
    trend.add(sample.memory);
    doneBefore = sample.done;
    sampledAt = now;
  }
}

/** `false` when the time was over before. */
async function calm(ms: number, signal: AbortSignal): Promise<boolean> {
  return await sleep(ms, { signal }).then(
    () => true,
    () => false,
  );
}
