/** Where to look; a test puts something else in its place. */
export interface RuntimeGlobals {
  readonly process?: { readonly versions?: { readonly node?: string | undefined } | undefined } | undefined;
  readonly navigator?: { readonly userAgent?: string | undefined } | undefined;
}

/** Whether this is Node itself, and not a runtime that says so for the sake of packages made for Node. */
export function isNode(globals: RuntimeGlobals = globalThis): boolean {
  if (globals.process?.versions?.node === undefined) return false;
  if ("Bun" in globals || "Deno" in globals) return false;
  return globals.navigator?.userAgent !== "Cloudflare-Workers";
}
