// Stands for a real server: listens, keeps a count of its starts on disk, and can be told to go wrong.
import { spawn } from "node:child_process";
import { appendFileSync, existsSync, readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";

const [, , port, mode] = process.argv;

appendFileSync("starts", `${process.pid}\n`);
console.log("a line of its log");

if (mode === "fails") {
  console.log("cannot go on: the password is open-sesame");
  process.exit(3);
}
if (mode === "meets-a-taken-port-once" && !existsSync(process.env.FAKE_FLAG)) {
  writeFileSync(process.env.FAKE_FLAG, port);
  console.log(`bind 127.0.0.1:${port}: Address already in use`);
  process.exit(1);
}
const child = spawn(process.execPath, ["-e", "setInterval(() => undefined, 60_000)"], { stdio: "ignore" });

process.on("SIGTERM", () => {
  appendFileSync("orderly-ends", "1\n");
  child.kill();
  process.exit(0);
});

createServer((_request, response) => {
  const starts = readFileSync("starts", "utf8").trim().split("\n").length;
  response.end(JSON.stringify({ pid: process.pid, childPid: child.pid, starts }));
}).listen(Number(port), "127.0.0.1", () => {
  if (mode !== "never-ready") console.log("listening");
});
