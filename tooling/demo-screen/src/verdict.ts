import type { Expectations } from "./expectations.ts";
import { count } from "./numbers.ts";
import type { Screen } from "./screen.ts";

/**
 * Closes a demo: with every claim that is not so, or with how many are. Returns the exit code, 0 only when
 * all of them are.
 */
export function showVerdict(
  { colors, line }: Screen,
  { held, broken }: Pick<Expectations, "held" | "broken">,
): 0 | 1 {
  line();
  for (const claim of broken) line(colors.red(`✗ This is not so: ${claim}.`));
  if (broken.length > 0) return 1;
  line(colors.green(`✓ All ${count(held)} things that this demo claims are so.`));
  return 0;
}
