/**
 * How large the heavy tests are: `small` anywhere, `full` where `WIREKIT_SCALE=full` asks for it, as
 * `.ci/run` does. The same code runs either way; a test says the count it took in its own name or output.
 */
export function scale({ small, full }: { readonly small: number; readonly full: number }): number {
  return process.env.WIREKIT_SCALE === "full" ? full : small;
}
