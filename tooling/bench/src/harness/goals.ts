import { type Measured, usualTraffic } from "./compare.ts";
import { ratio, summarize } from "./statistics.ts";

/** That one contender is at least so many times as fast as another. Goals are reported, and fail nothing. */
export interface RatioGoal {
  readonly contender: string;
  readonly peer: string;
  readonly atLeast: number;
}

export interface Verdict {
  readonly text: string;
  readonly met: boolean;
}

export function judgeRatio(goal: RatioGoal, measured: readonly Measured[]): Verdict {
  const { contender, peer, atLeast } = goal;
  const { median } = ratio(ratesOf(measured, contender), ratesOf(measured, peer));
  return {
    text: `${contender} is at least ${atLeast} times as fast as ${peer}: ${median.toFixed(2)} times`,
    met: median >= atLeast,
  };
}

/**
 * That a contender does at least so many times what was once measured of something that does not run here.
 */
export interface RateGoal {
  readonly contender: string;
  readonly atLeast: number;
  /** What is measured against: `the Python original on two cores`. */
  readonly of: string;
  /** What that did in a second. */
  readonly perSecond: number;
  readonly unit: string;
}

export function judgeRate(goal: RateGoal, measured: readonly Measured[]): Verdict {
  const { contender, atLeast, of, perSecond, unit } = goal;
  const times = summarize(ratesOf(measured, contender)).median / perSecond;
  const theirs = `${of} (${perSecond.toLocaleString("en")} ${unit}/s)`;
  return {
    text: `${contender} is at least ${atLeast} times as fast as ${theirs}: ${times.toFixed(1)} times`,
    met: times >= atLeast,
  };
}

/** That something which should be small is at most so large. */
export function judgeLimit(
  what: string,
  value: number,
  limit: { readonly most: number; readonly unit: string },
): Verdict {
  const { most, unit } = limit;
  return { text: `${what}: ${value.toFixed(1)} ${unit}, at most ${most} ${unit}`, met: value <= most };
}

/** What a contender asks of the server in a usual round; `undefined` where the server does not count it. */
export function requestsOf(measured: readonly Measured[], name: string): number | undefined {
  return usualTraffic(find(measured, name))?.requests;
}

export function ratesOf(measured: readonly Measured[], name: string): readonly number[] {
  return find(measured, name).rates;
}

function find(measured: readonly Measured[], name: string): Measured {
  const found = measured.find((one) => one.name === name);
  if (found === undefined) throw new Error(`no contender is called ${name}`);
  return found;
}
