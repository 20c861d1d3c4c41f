import { access } from "node:fs/promises";
import { expect } from "@jest/globals";
import { canListen } from "../../src/run/ports.ts";
import type { RunningServer } from "../../src/run/running-server.ts";
import { eventually, processOf } from "../eventually.ts";

/**
 * Stops the server and makes sure that nothing of it is left: no process, no open port, no folder. Its log
 * is.
 */
export async function expectGone(server: RunningServer): Promise<void> {
  const { pid, guardPid, ports, directory, logPath } = server;
  await server.stop();
  for (const left of [pid, guardPid])
    await eventually(`process ${left} of ${server.name} is gone`, async () => !(await processOf(left)));
  for (const [name, port] of Object.entries<number>(ports))
    await eventually(`port ${name} of ${server.name} is free`, () => canListen(port));
  await expect(access(directory)).rejects.toThrow("ENOENT");
  await access(logPath);
}

/** What installing and starting took, on a line of its own in the output of the tests. */
export function report({ name, versions, timings }: RunningServer): void {
  const version = versions[name] ?? Object.values(versions)[0];
  process.stdout.write(
    `${name} ${version}: installed in ${timings.installMs} ms, ready in ${timings.readyMs} ms\n`,
  );
}
