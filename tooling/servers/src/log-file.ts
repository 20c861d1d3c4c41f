import { open, stat } from "node:fs/promises";

/** A log is read from its end; more than this of it is never looked at. */
const maxTailBytes = 4 * 1024 * 1024;

/** The size of the file in bytes; 0 where there is none. */
export async function sizeOf(path: string): Promise<number> {
  return (await stat(path).catch(() => undefined))?.size ?? 0;
}

/** What was written to the log after `offset`; of a long one, the end. Empty where there is no such file. */
export async function readFrom(path: string, offset = 0): Promise<string> {
  const file = await open(path, "r").catch(() => undefined);
  if (file === undefined) return "";
  try {
    const { size } = await file.stat();
    const start = Math.max(offset, size - maxTailBytes);
    const buffer = Buffer.alloc(Math.max(0, size - start));
    const { bytesRead } = await file.read(buffer, 0, buffer.length, start);
    return buffer.toString("utf8", 0, bytesRead);
  } finally {
    await file.close();
  }
}

/** The last `count` lines of `text` that are not empty, with every one of `secrets` made unreadable. */
export function lastLines(text: string, count: number, secrets: readonly string[] = []): string {
  const lines = text.split(/\r?\n/).filter((line) => line.trim() !== "");
  const excerpt = lines.slice(-count).join("\n");
  return secrets
    .filter((secret) => secret !== "")
    .reduce((shown, secret) => shown.replaceAll(secret, "[redacted]"), excerpt);
}
