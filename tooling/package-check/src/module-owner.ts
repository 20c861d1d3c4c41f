/**
 * Which package a loaded file belongs to: the last `node_modules/` of its path says so. `undefined` outside
 * of any.
 */
export function moduleOwner(path: string): string | undefined {
  const [, ...parts] = path.replaceAll("\\", "/").split("/node_modules/");
  const [first, second] = (parts.at(-1) ?? "").split("/");
  if (first === undefined || first === "") return undefined;
  return first.startsWith("@") ? `${first}/${second}` : first;
}

/** How many files each package contributed: `@wirekit/core 3, undici 61`. */
export function countByOwner(paths: readonly string[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const path of paths) {
    const owner = moduleOwner(path);
    if (owner !== undefined) counts.set(owner, (counts.get(owner) ?? 0) + 1);
  }
  return counts;
}
