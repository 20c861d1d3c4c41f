import Table from "cli-table3";
import type { UpServer } from "./state-file.ts";

/** What a person reads after `up`: addresses first, then the variables in the form that a shell takes. */
export function describeUp(server: UpServer): string {
  const addresses = { ...server.addresses, log: server.logPath };
  const width = Math.max(...Object.keys(addresses).map((name) => name.length));
  const lines = Object.entries(addresses).map(([name, address]) => `  ${name.padEnd(width)}  ${address}`);
  const exports = Object.entries(server.environment).map(([name, value]) => `  export ${name}=${value}`);
  return [`${server.name} ${versionOf(server)} (pid ${server.process.pid})`, ...lines, ...exports].join("\n");
}

/** One line for each server. */
export function describeStatus(
  rows: readonly { readonly server: UpServer; readonly up: boolean }[],
  now: number,
): string {
  const table = new Table({
    head: ["server", "state", "pid", "ports", "up for", "log"],
    style: { head: [], border: [] },
    chars: plainChars,
  });
  for (const { server, up } of rows)
    table.push([
      `${server.name} ${versionOf(server)}`,
      up ? "up" : "ended by itself",
      up ? server.process.pid : "-",
      Object.entries(server.ports)
        .map(([name, port]) => `${name}:${port}`)
        .join("\n"),
      up ? duration(now - server.startedAt) : "-",
      server.logPath,
    ]);
  return table.toString();
}

/** `3 s`, `2 min 5 s`, `1 h 0 min`, `3 d 4 h`. */
export function duration(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1_000));
  const minutes = Math.floor(seconds / 60);
  const hours = Math.floor(minutes / 60);
  if (minutes === 0) return `${seconds} s`;
  if (hours === 0) return `${minutes} min ${seconds % 60} s`;
  if (hours < 24) return `${hours} h ${minutes % 60} min`;
  return `${Math.floor(hours / 24)} d ${hours % 24} h`;
}

/** The version of the program that bears the server's name; of several packages, the first one's. */
function versionOf({ name, versions }: UpServer): string {
  return versions[name] ?? Object.values(versions)[0] ?? "";
}

/** Columns and no lines, so that `grep` and `awk` are of use. */
const plainChars = {
  ...{ top: "", "top-mid": "", "top-left": "", "top-right": "" },
  ...{ bottom: "", "bottom-mid": "", "bottom-left": "", "bottom-right": "" },
  ...{ left: "", "left-mid": "", mid: "", "mid-mid": "" },
  ...{ right: "", "right-mid": "", middle: "  " },
};
