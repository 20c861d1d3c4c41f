import type { Measured } from "./compare.ts";
import { ratio } from "./statistics.ts";

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

/** That something which should be small is at most so large. */
export function judgeLimit(
  what: string,
  value: number,
  limit: { readonly most: number; readonly unit: string },
): Verdict {
  const { most, unit } = limit;
  return { text: `${what}: ${value.toFixed(1)} ${unit}, at most ${most} ${unit}`, met: value <= most };
}

export function ratesOf(measured: readonly Measured[], name: string): readonly number[] {
  const found = measured.find((one) => one.name === name);
  if (found === undefined) throw new Error(`no contender is called ${name}`);
  return found.rates;
}
