import { readdir, readFile, readlink } from "node:fs/promises";

/** State `0A` of /proc/net/tcp. */
const listening = "0A";

/**
 * The addresses on which this process listens, as Linux knows them: `127.0.0.1:9092`. Undefined where there
 * is no /proc to ask.
 */
export async function listeningSockets(): Promise<readonly string[] | undefined> {
  const tables = await Promise.all([read("/proc/self/net/tcp"), read("/proc/self/net/tcp6")]);
  if (tables[0] === undefined) return undefined;
  const ours = await ownInodes();
  return tables
    .flatMap((table) => (table ?? "").trim().split("\n").slice(1))
    .map((line) => line.trim().split(/\s+/))
    .filter((fields) => fields[3] === listening && ours.has(fields[9] ?? ""))
    .map((fields) => addressOf(fields[1] ?? ""));
}

async function read(file: string): Promise<string | undefined> {
  return readFile(file, "utf8").catch(() => undefined);
}

async function ownInodes(): Promise<ReadonlySet<string>> {
  const inodes = new Set<string>();
  for (const name of await readdir("/proc/self/fd")) {
    const link = await readlink(`/proc/self/fd/${name}`).catch(() => "");
    const [, inode] = /^socket:\[(\d+)\]$/.exec(link) ?? [];
    if (inode !== undefined) inodes.add(inode);
  }
  return inodes;
}

/** `0100007F:1F90`: the address by words of the machine's byte order, and the port in hex. */
function addressOf(hex: string): string {
  const [address = "", port = ""] = hex.split(":");
  if (address.length > 8) return `[${address}]:${Number.parseInt(port, 16)}`;
  const bytes = [6, 4, 2, 0].map((at) => Number.parseInt(address.slice(at, at + 2), 16));
  return `${bytes.join(".")}:${Number.parseInt(port, 16)}`;
}
