import { join } from "node:path";
import { WirekitError } from "@wirekit/core";
import { type CacheDirectory, createCacheDirectory } from "../cache-directory.ts";
import { withLock } from "../install/with-lock.ts";
import { identify, type ProcessIdentity } from "../run/process-identity.ts";
import type { Offer } from "../servers.ts";
import { takeDown } from "./down.ts";
import { isUp, readState, type UpServer, writeState } from "./state-file.ts";

/** What became of the wish for a server. */
export interface BroughtUp {
  readonly server: UpServer;
  readonly before: "already-up" | "started";
}

/**
 * Brings up a server that outlives this process; one that is up already is left as it is, and the remains of
 * one that died are cleared away first.
 */
export async function bringUp(
  name: string,
  start: () => Promise<Offer>,
  cache: CacheDirectory,
): Promise<BroughtUp> {
  await createCacheDirectory(cache);
  return withLock(join(cache.up, name), async () => {
    const before = await readState(cache, name);
    if (before !== undefined && (await isUp(before))) return { server: before, before: "already-up" };
    if (before !== undefined) await takeDown(before, cache);

    const { server, addresses, environment } = await start();
    const { versions, ports, directory, logPath } = server;
    try {
      const [guard, process] = await Promise.all([alive(server.guardPid), alive(server.pid)]);
      const known = { name, versions, ports, addresses, environment, directory, logPath };
      const state: UpServer = { ...known, guard, process, startedAt: Date.now() };
      // Written before the server is let go: it must never run without anything knowing of it.
      await writeState(cache, state);
      await server.release();
      return { server: state, before: "started" };
    } catch (error) {
      await server.stop();
      throw error;
    }
  });
}

async function alive(pid: number): Promise<ProcessIdentity> {
  const identity = await identify(pid);
  if (identity === undefined)
    throw new WirekitError("the server ended as soon as it was ready", { code: "servers/ended" });
  return identity;
}
