import { type FileHandle, open, readdir, rename, unlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { describe, expect, it } from "@jest/globals";
import { aMessage } from "../messages.ts";
import { startService } from "../stack.ts";
import { directory, file, isNumber, line, lines, read, run } from "./stage.ts";

const refused = (number: number) => JSON.stringify({ ...aMessage(), behavior: "later", payload: { number } });

describe("kindo-send sends nothing, and ends with 2, when the file for rejected lines", () => {
  it.each<[string, () => Promise<readonly string[]>]>([
    ["is in a folder that is not there", async () => ["--rejected", join(directory, "no", "r.jsonl")]],
    ["is below a file", async () => ["--rejected", join(await file("plain", ""), "r.jsonl")]],
    ["is a folder", async () => ["--rejected", directory]],
    ["is there already", async () => ["--rejected", await file("r.jsonl", "older")]],
  ])("%s", async (_name, args) => {
    const server = await startService();
    const input = await file("orders.jsonl", lines(20).join("\n"));
    const { exit, err } = run([input, "--url", server.url, ...(await args())]);
    expect(await exit).toBe(2);
    expect(err.text).toMatch(/cannot be written \(E\w+: .*--rejected|is there already/);
    expect(server.counters.requests).toBe(0);
  });

  it("cannot be made beside the input", async () => {
    const server = await startService();
    const input = await file("orders.jsonl", lines(20).join("\n"));
    const openFile = async () => {
      throw Object.assign(new Error("EROFS: read-only file system"), { code: "EROFS" });
    };
    const { exit, err } = run([input, "--url", server.url], { openFile });
    expect(await exit).toBe(2);
    expect(err.text).toContain("orders.rejected.jsonl cannot be written (EROFS: read-only file system)");
    expect(server.counters.requests).toBe(0);
  });
});

/** Opens files on a disk that takes only so many bytes. */
function diskOf(bytes: number) {
  let left = bytes;
  return async (path: string, flags: "wx+"): Promise<FileHandle> => {
    const handle = await open(path, flags);
    const appendFile = handle.appendFile.bind(handle);
    handle.appendFile = async (data, options) => {
      const { byteLength } = data as Uint8Array;
      if (byteLength > left) {
        await appendFile((data as Uint8Array).subarray(0, left), options);
        throw Object.assign(new Error("ENOSPC: no space left on device"), { code: "ENOSPC" });
      }
      left -= byteLength;
      await appendFile(data, options);
    };
    return handle;
  };
}

it.each([1, 16])(
  "when the disk is full, kindo-send begins nothing more, and says of each line what became of it (%d at a time)",
  async (concurrency) => {
    const server = await startService();
    const all = Array.from({ length: 300 }, (_, number) =>
      number % 3 === 0 ? refused(number) : line(number),
    );
    const input = await file("orders.jsonl", all.join("\n"));
    const openFile = diskOf(refused(0).length * 10 + 40);
    const running = run([input, "--url", server.url, "--concurrency", String(concurrency)], { openFile });
    expect(await running.exit).toBe(1);

    const { text } = running.out;
    const number = (pattern: RegExp) => Number(pattern.exec(text)?.[1]);
    const kept = (await read(join(directory, "orders.rejected.jsonl"))).trimEnd().split("\n");
    expect(running.err.text).toContain(
      "orders.rejected.jsonl cannot be written (ENOSPC: no space left on device)",
    );
    expect(text).toContain(`to be sent again: ${kept.length}\n`);
    for (const each of kept) expect(JSON.parse(each)).toMatchObject({ behavior: "later" });

    const delivered = number(/^(\d+) of /);
    expect(server.stored).toHaveLength(delivered);
    const lost = [...(/not kept: the lines (.*)/.exec(text)?.[1] ?? "").split(", ")].flatMap((range) => {
      const [first = 0, last = first] = range.split("-").map(Number);
      return Array.from({ length: last - first + 1 }, (_, index) => first + index);
    });
    const readTo = number(/What stands after line (\d+) was not read/);
    expect(delivered + kept.length + lost.length).toBe(readTo);
    const stored = new Set(server.stored.map((message) => "payload" in message && message.payload.number));
    // The first line has the number 0.
    for (const each of lost) expect(stored.has(each - 1)).toBe(false);
    expect(readTo).toBeLessThan(100);
  },
);

describe("when the file for rejected lines vanishes meanwhile, kindo-send", () => {
  async function runWhile(vanish: (path: string) => Promise<void>, args: readonly string[] = []) {
    const server = await startService();
    const held = server.faults.next({ kind: "hold", before: "answer" }, { when: isNumber(3) });
    const input = await file(
      "orders.jsonl",
      [refused(0), line(1), refused(2), line(3), refused(4)].join("\n"),
    );
    const running = run([input, "--url", server.url, "--concurrency", "1", ...args]);
    await held.struck();
    await vanish(args[1] ?? join(directory, "orders.rejected.jsonl"));
    held.release();
    expect(await running.exit).toBe(1);
    return running;
  }
  const content = `${[refused(0), refused(2), refused(4)].join("\n")}\n`;

  it("writes it once more", async () => {
    const { out } = await runWhile(unlink);
    const path = join(directory, "orders.rejected.jsonl");
    expect(out.text).toContain(`Kept in ${path}, to be sent again: 3\n`);
    expect(await read(path)).toBe(content);
  });

  it("writes its lines elsewhere, if another file has its name", async () => {
    const { out } = await runWhile(async (path) => {
      await unlink(path);
      await writeFile(path, "another's");
    });
    const path = join(directory, "orders.rejected-2.jsonl");
    expect(out.text).toContain(`Kept in ${path}, to be sent again: 3\n`);
    expect(await read(path)).toBe(content);
    expect(await read(join(directory, "orders.rejected.jsonl"))).toBe("another's");
  });

  it("says which lines are lost, if they cannot be written again", async () => {
    const path = join(directory, "mine.jsonl");
    const { out, err } = await runWhile(async () => {
      await rename(path, join(directory, "elsewhere"));
      await writeFile(path, "another's");
    }, ["--rejected", path]);
    expect(out.text).toContain("2 of 5 messages delivered\n");
    expect(out.text).toContain("Not delivered, and not kept: the lines 1, 3, 5\n");
    expect(out.text).not.toContain("Kept in");
    expect(err.text).toContain(`${path} cannot be written (${path} is there already`);
    expect(await read(path)).toBe("another's");
  });
});

it("a byte order mark stays out of the file", async () => {
  const server = await startService();
  const input = await file("orders.jsonl", `\uFEFF${refused(0)}\n${line(1)}\n`);
  expect(await run([input, "--url", server.url]).exit).toBe(1);
  expect(await read(join(directory, "orders.rejected.jsonl"))).toBe(`${refused(0)}\n`);
});

describe("a line that is longer than any message", () => {
  const long = `"${"x".repeat(37 * 1024 * 1024)}"`;

  it("hides nothing behind it, and is kept as it is", async () => {
    const server = await startService();
    const input = await file("orders.jsonl", `${line(0)}\n${long}\n${line(1)}\n${refused(2)}\n`);
    const { exit, out } = run([input, "--url", server.url]);
    expect(await exit).toBe(1);
    expect(server.stored).toHaveLength(2);
    expect(out.text).toContain("2 of 4 messages delivered\n");
    expect(out.text).toMatch(/2 +too-long +the line is longer than any message can be\n/);
    const kept = (await read(join(directory, "orders.rejected.jsonl"))).split("\n");
    expect(kept.map(({ length }) => length).sort()).toEqual([long.length, refused(2).length, 0].sort());
    expect(kept.includes(long)).toBe(true);
  });

  it("is kept whole or not at all when the disk is full", async () => {
    const server = await startService();
    const input = await file("orders.jsonl", `${refused(0)}\n${long}\n${line(1)}\n`);
    const { exit, out } = run([input, "--url", server.url, "--concurrency", "1"], {
      openFile: diskOf(20 * 1024 * 1024),
    });
    expect(await exit).toBe(1);
    expect(out.text).toContain("not kept: the lines 2\n");
    expect(await read(join(directory, "orders.rejected.jsonl"))).toBe(`${refused(0)}\n`);
  });

  it("does not hold up the second interrupt, if it never ends", async () => {
    const server = await startService();
    const stdin = new PassThrough();
    const running = run(["-", "--url", server.url, "--rejected", join(directory, "r.jsonl")], { stdin });
    stdin.write(long);
    await new Promise<void>((resolve) => stdin.write(long, () => resolve()));
    running.interrupt();
    running.interrupt();
    expect(await running.exit).toBe(130);
    expect(await readdir(directory)).toEqual([]);
  });
});
