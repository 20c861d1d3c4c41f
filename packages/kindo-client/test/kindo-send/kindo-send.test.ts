import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { PassThrough, Readable } from "node:stream";
import { describe, expect, it } from "@jest/globals";
import { aMessage } from "../messages.ts";
import { startService } from "../stack.ts";
import { until } from "../until.ts";
import { directory, file, isNumber, line, lines, read, run, Screen } from "./stage.ts";

describe("kindo-send", () => {
  it("sends every line of a file, and says so in plain lines where there is no terminal", async () => {
    const server = await startService();
    const input = await file("orders.jsonl", `\uFEFF${lines(1200).join("\r\n")}\r\n\r\n`);
    const { exit, out, err } = run([input, "--url", server.url, "--concurrency", "8"]);
    expect(await exit).toBe(0);
    expect(out.text).toBe("1000 done: 1000 delivered, 0 failed\n1200 of 1200 messages delivered\n");
    expect(err.text).toBe("");
    expect(server.stored).toHaveLength(1200);
    expect(server.counters.maxOpenSockets).toBeLessThanOrEqual(8);
    expect(await readdir(directory)).toEqual(["orders.jsonl"]);
  }, 30_000);

  it("shows a bar on a terminal", async () => {
    const server = await startService();
    const input = await file("orders.jsonl", lines(20).join("\n"));
    const out = new Screen({ isTTY: true });
    expect(await run([input, "--url", server.url], { out }).exit).toBe(0);
    expect(out.text).toContain("█");
    expect(out.text).toContain("20 delivered, 0 failed");
    expect(out.text).toContain("20 of 20 messages delivered\n");
  });

  it("keeps what was not delivered in a file that can be sent again, and ends with 1", async () => {
    const server = await startService();
    server.faults.next({ kind: "answer", status: 400, body: "no such order" }, { when: isNumber(1) });
    const invalid = JSON.stringify({ ...aMessage(), behavior: "later" });
    const input = await file("orders.jsonl", [line(0), line(1), "", invalid, "{oops}", line(4)].join("\n"));
    const { exit, out } = run([input, "--url", server.url]);
    expect(await exit).toBe(1);
    const rejected = join(directory, "orders.rejected.jsonl");
    expect(out.text).toBe(
      [
        "2 of 5 messages delivered",
        "3 failed:",
        "line  what                   why",
        "2     kindo/refused 400      Failed to send message: 400 no such order",
        "4     kindo/invalid-message  Invalid message structure: 'later' is not one of ['instant'] (at behavior)",
        "5     not-json               the line is not JSON (character 2)",
        `Kept in ${rejected}, to be sent again: 3`,
        "",
      ].join("\n"),
    );
    const kept = (await read(rejected)).trimEnd().split("\n").sort();
    expect(kept).toEqual([line(1), invalid, "{oops}"].sort());

    const again = run([rejected, "--url", server.url]);
    expect(await again.exit).toBe(1);
    expect(again.out.text).toContain("1 of 3 messages delivered");
    expect(await readdir(directory)).toContain("orders.rejected.rejected.jsonl");
  });

  it("never writes to a file that is there already", async () => {
    const server = await startService();
    await file("orders.rejected.jsonl", "older");
    const input = await file("orders.jsonl", "{oops}");
    expect(await run([input, "--url", server.url]).exit).toBe(1);
    expect(await read(join(directory, "orders.rejected.jsonl"))).toBe("older");
    expect(await read(join(directory, "orders.rejected-2.jsonl"))).toBe("{oops}\n");

    const { exit, err } = run([input, "--url", server.url, "--rejected", input]);
    expect(await exit).toBe(2);
    expect(err.text).toContain(`${input} is there already`);
  });

  it("reads the standard input for a -", async () => {
    const server = await startService();
    const stdin = Readable.from([Buffer.from(`${line(0)}\n{oops`), Buffer.from(`}\n${line(1)}`)]);
    const rejected = join(directory, "failed.jsonl");
    const { exit, out } = run(["-", "--url", server.url, "--rejected", rejected], { stdin });
    expect(await exit).toBe(1);
    expect(out.text).toContain("2 of 3 messages delivered");
    expect(await read(rejected)).toBe("{oops}\n");
  });

  it("keeps bytes that are no text as they are", async () => {
    const server = await startService();
    const input = await file("odd.jsonl", Buffer.from([0x22, 0xff, 0x22, 0x0a]));
    expect(await run([input, "--url", server.url]).exit).toBe(1);
    expect(await readFile(join(directory, "odd.rejected.jsonl"))).toEqual(
      Buffer.from([0x22, 0xff, 0x22, 0x0a]),
    );
  });

  it("checks and signs, but sends nothing, when it is only tried out", async () => {
    const server = await startService();
    const input = await file("orders.jsonl", [line(0), line(1), "{}"].join("\n"));
    for (const target of [
      ["--url", server.url],
      ["--arn", server.functionArn],
    ]) {
      const { exit, out } = run([input, ...target, "--dry-run"]);
      expect(await exit).toBe(1);
      expect(out.text).toContain("2 of 3 messages valid and signed; nothing was sent");
      expect(out.text).toContain("'event_type' is a required property");
    }
    expect(server.counters.requests).toBe(0);
  });

  it("invokes a function by its ARN", async () => {
    process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED = "true";
    const server = await startService();
    const input = await file("orders.jsonl", lines(3).join("\n"));
    const target = ["--arn", server.functionArn, "--endpoint", server.lambdaEndpoint];
    expect(await run([input, ...target]).exit).toBe(0);
    expect(server.stored.map(({ door }) => door)).toEqual(["invoke", "invoke", "invoke"]);
  });

  it("goes on with its work when nobody reads what it says", async () => {
    const server = await startService();
    const input = await file("orders.jsonl", [...lines(5), "{oops}"].join("\n"));
    const out = new Screen();
    out._write = (_chunk, _encoding, done: (error?: Error) => void) =>
      done(Object.assign(new Error("write EPIPE"), { code: "EPIPE" }));
    expect(await run([input, "--url", server.url], { out }).exit).toBe(1);
    expect(server.stored).toHaveLength(5);
    expect(await read(join(directory, "orders.rejected.jsonl"))).toBe("{oops}\n");
  });
});

describe("interrupted once, kindo-send", () => {
  it("finishes what is under way, keeps the rest, and ends with 130", async () => {
    const server = await startService();
    const held = server.faults.next({ kind: "hold", before: "answer" }, { when: isNumber(2) });
    const input = await file("orders.jsonl", lines(100).join("\n"));
    const running = run([input, "--url", server.url, "--concurrency", "1"]);
    await held.struck();
    running.interrupt();
    held.release();
    expect(await running.exit).toBe(130);
    expect(running.err.text).toContain("Stopping");
    expect(running.out.text).toContain("3 of 100 messages delivered\n97 were not tried\n");
    expect(server.stored).toHaveLength(3);
    expect(await read(join(directory, "orders.rejected.jsonl"))).toBe(`${lines(100).slice(3).join("\n")}\n`);
  });

  it("does not wait for an input from which nothing comes", async () => {
    const server = await startService();
    const stdin = new PassThrough();
    stdin.write(`${line(0)}\n`);
    const running = run(["-", "--url", server.url, "--rejected", join(directory, "r.jsonl")], { stdin });
    await until(() => server.stored.length === 1);
    running.interrupt();
    // What is still to come is kept, until it ends or the second interrupt.
    stdin.end(`${line(1)}\n`);
    expect(await running.exit).toBe(130);
    expect(server.stored).toHaveLength(1);
    expect(await read(join(directory, "r.jsonl"))).toBe(`${line(1)}\n`);
  });
});

describe("interrupted twice, kindo-send", () => {
  it("gives up what is under way, and keeps it as well", async () => {
    const server = await startService();
    const held = server.faults.next({ kind: "hold", before: "answer" }, { when: isNumber(1) });
    const input = await file("orders.jsonl", lines(5).join("\n"));
    const running = run([input, "--url", server.url, "--concurrency", "1"]);
    await held.struck();
    running.interrupt();
    running.interrupt();
    expect(await running.exit).toBe(130);
    expect(running.out.text).toContain("wirekit/unconfirmed");
    expect(running.out.text).toContain("it may have arrived");
    expect(running.out.text).toContain(
      "1 of them may have arrived, and arrive twice if they are sent again\n",
    );
    expect(running.out.text).toMatch(/What stands after line [23] was not read\n/);
    expect((await read(join(directory, "orders.rejected.jsonl"))).split("\n")[0]).toBe(line(1));
  });

  it("ends also when the input never does", async () => {
    const server = await startService();
    const stdin = new PassThrough();
    stdin.write(`${line(0)}\n`);
    const running = run(["-", "--url", server.url, "--rejected", join(directory, "r.jsonl")], { stdin });
    await until(() => server.stored.length === 1);
    running.interrupt();
    running.interrupt();
    expect(await running.exit).toBe(130);
  });
});

describe("kindo-send ends with 2, and sends nothing,", () => {
  it.each<[string, readonly string[], string]>([
    ["without a file", [], "missing required argument 'file'"],
    ["with an unknown option", ["x", "--unknown"], "unknown option '--unknown'"],
    [
      "with a concurrency that is none",
      ["x", "--concurrency", "0"],
      "It must be a whole number of at least 1",
    ],
    ["without an address", ["x"], "KINDO_MESSAGE_PRODUCER_URL or KINDO_MESSAGE_PRODUCER_ARN is required"],
    ["with a URL that is none", ["x", "--url", "nowhere"], "url must be an absolute http(s) URL"],
    [
      "with two addresses",
      ["x", "--url", "http://127.0.0.1:9/", "--arn", "arn"],
      "url and arn cannot both be given",
    ],
    ["with a file that is not there", ["/no/such/file", "--url", "http://127.0.0.1:9/"], "ENOENT"],
    ["with a directory", ["/", "--url", "http://127.0.0.1:9/"], "/ is a directory"],
    [
      "with a schema that is not there",
      ["x", "--url", "http://127.0.0.1:9/", "--schema", "/no"],
      "cannot be read",
    ],
  ])("%s", async (_name, args, problem) => {
    const { exit, err } = run(args);
    expect(await exit).toBe(2);
    expect(err.text).toContain(problem);
  });

  it("without credentials, and does not try line after line", async () => {
    const server = await startService();
    const input = await file("orders.jsonl", lines(50).join("\n"));
    const nowhere = {
      AWS_PROFILE: "no-such-profile",
      AWS_EC2_METADATA_DISABLED: "true",
      AWS_CONFIG_FILE: "/no",
      AWS_SHARED_CREDENTIALS_FILE: "/no",
    };
    // The standard chain looks into the environment of the process.
    const before = Object.keys(nowhere).map((name) => [name, process.env[name]] as const);
    Object.assign(process.env, nowhere);
    try {
      const { exit, out, err } = run([input, "--url", server.url], { env: {} });
      expect(await exit).toBe(2);
      expect(err.text).toContain("No AWS credentials to sign with");
      expect(out.text).toBe("0 of 50 messages delivered\n50 were not tried\n");
      expect(err.text.trimEnd().split("\n")).toHaveLength(1);
    } finally {
      for (const [name, value] of before) {
        if (value === undefined) delete process.env[name];
        else process.env[name] = value;
      }
    }
    expect(await readdir(directory)).toEqual(["orders.jsonl"]);
  }, 20_000);
});

it("answers --help and --version", async () => {
  const help = run(["--help"]);
  expect(await help.exit).toBe(0);
  expect(help.out.text).toContain("Usage: kindo-send [options] <file>");
  const version = run(["--version"]);
  expect(await version.exit).toBe(0);
  expect(version.out.text).toMatch(/^\d+\.\d+\.\d+\n$/);
});
