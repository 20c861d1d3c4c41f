import { readdir, readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";

/** What an installation says of itself: written last, so that a folder without it was never finished. */
export interface Stamp {
  readonly program: string;
  /** What is installed: `{ "redis-server": "5:7.0.15-1~deb12u10" }`. */
  readonly versions: Readonly<Record<string, string>>;
  /**
   * How many files there are, and their bytes in all: where they no longer agree, the installation is broken.
   */
  readonly files: number;
  readonly bytes: number;
  /** How long the installation took, in milliseconds. */
  readonly tookMs: number;
}

const fileName = "wirekit-stamp.json";

/** Counts what was installed, and writes the stamp. */
export async function writeStamp(
  directory: string,
  facts: Pick<Stamp, "program" | "versions" | "tookMs">,
): Promise<Stamp> {
  const stamp: Stamp = { ...facts, ...(await measure(directory)) };
  await writeFile(join(directory, fileName), `${JSON.stringify(stamp, undefined, 2)}\n`);
  return stamp;
}

/** The stamp of an installation that is whole; `undefined` for a half one, a broken one and none at all. */
export async function readStamp(directory: string): Promise<Stamp | undefined> {
  const stamp = parse(await readFile(join(directory, fileName), "utf8").catch(() => ""));
  if (stamp === undefined) return undefined;
  const { files, bytes } = await measure(directory);
  return files === stamp.files && bytes === stamp.bytes ? stamp : undefined;
}

function parse(text: string): Stamp | undefined {
  try {
    const value: unknown = JSON.parse(text);
    const whole = typeof value === "object" && value !== null && "files" in value && "versions" in value;
    return whole ? (value as Stamp) : undefined;
  } catch {
    return undefined;
  }
}

type Size = Pick<Stamp, "files" | "bytes">;

const nothing: Size = { files: 0, bytes: 0 };

/** Byte code that Python writes while it runs is not part of what was installed. */
const passing = new Set(["__pycache__", fileName]);

async function measure(directory: string): Promise<Size> {
  const entries = await readdir(directory, { withFileTypes: true }).catch(() => []);
  const sizes = await Promise.all(
    entries
      .filter((entry) => !passing.has(entry.name))
      .map((entry) => {
        const path = join(directory, entry.name);
        return entry.isDirectory() ? measure(path) : measureFile(path);
      }),
  );
  return sizes.reduce(
    (sum, size) => ({ files: sum.files + size.files, bytes: sum.bytes + size.bytes }),
    nothing,
  );
}

/** A link counts with what it leads to: one that leads nowhere is a broken installation. */
async function measureFile(path: string): Promise<Size> {
  const target = await stat(path).catch(() => undefined);
  return target === undefined ? nothing : { files: 1, bytes: target.size };
}
