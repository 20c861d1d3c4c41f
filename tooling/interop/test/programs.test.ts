import { expect, it } from "@jest/globals";
import { runProgram } from "../src/programs/run-program.ts";
import { TalkingProgram } from "../src/programs/talking-program.ts";

const echo = `
  const lines = require("node:readline").createInterface({ input: process.stdin });
  lines.on("line", (line) => {
    const { id, call, with: value } = JSON.parse(line);
    console.log("a library says hello");
    if (call === "echo") console.log(JSON.stringify({ id, value }));
    if (call === "fail") console.log(JSON.stringify({ id, error: "there is no such topic" }));
    if (call === "die") { console.error("out of memory"); process.exit(3); }
    if (call === "tell") console.log(JSON.stringify({ event: "told", value }));
  });
  lines.on("close", () => process.exit(0));
`;
const start = (answerWithinMs?: number) =>
  new TalkingProgram({ name: "echo", command: process.execPath, args: ["-e", echo], answerWithinMs });

it("answers what it is asked, each its own", async () => {
  await using program = start();
  const answers = await Promise.all([1, 2, 3].map((n) => program.ask("echo", { n })));
  expect(answers).toEqual([{ n: 1 }, { n: 2 }, { n: 3 }]);
});

it("says what went wrong", async () => {
  await using program = start();
  await expect(program.ask("fail")).rejects.toThrow("there is no such topic");
  expect(await program.ask("echo", 1)).toBe(1);
});

it("says unasked what it has to say", async () => {
  await using program = start();
  const told = new Promise((resolve) => program.on("told", resolve));
  program.ask("tell", 4).catch(() => undefined);
  expect(await told).toBe(4);
});

it("a question to a program that ends is not left without an answer, nor are later ones", async () => {
  await using program = start();
  await expect(program.ask("die")).rejects.toThrow(/it ended with 3[\s\S]*out of memory/);
  await expect(program.ask("echo")).rejects.toThrow("it ended with 3");
});

it("a program that takes too long is killed", async () => {
  const program = start(200);
  await expect(program.ask("never")).rejects.toThrow("did not answer never within 200 ms");
  await program.ended;
  expect(() => process.kill(program.pid, 0)).toThrow("ESRCH");
});

it("a program that cannot be executed is said to be so", async () => {
  const program = new TalkingProgram({ name: "nowhere", command: "/nowhere", args: [] });
  await expect(program.ask("echo")).rejects.toThrow("ENOENT");
});

it("runs a program to its end, and ends one that takes too long", async () => {
  const copy = ["-e", "process.stdin.pipe(process.stdout)"];
  expect(await runProgram(process.execPath, copy, { input: "hello" })).toBe("hello");
  const endless = ["-e", "setInterval(() => undefined, 1_000)"];
  await expect(runProgram(process.execPath, endless, { limitMs: 200 })).rejects.toThrow("SIGKILL");
});
