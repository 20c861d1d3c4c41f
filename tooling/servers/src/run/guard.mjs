// Runs one server as its child and sees to it that the server never outlives the process that wanted it.
//
// The channel to that process is the life line: the system closes it however the process ends, kill -9
// included. The server leads a process group of its own, so that what it starts in turn is ended with it, and
// so that a Ctrl-C meant for the process does not reach the server first. Nothing is shut down gently here:
// nobody is left who wants the data.
import { spawn } from "node:child_process";

const [, , /* what tells this guard from others in a list of processes */ , command, ...args] = process.argv;
const server = spawn(command, args, { detached: true, stdio: ["ignore", "inherit", "inherit"] });
let wanted = true;

function endServer() {
  if (server.pid === undefined) return;
  try {
    process.kill(-server.pid, "SIGKILL");
  } catch {
    // The group is gone already.
  }
}

function report(message, then = () => undefined) {
  if (process.connected) process.send(message, () => then());
  else then();
}

server.once("spawn", () => report({ kind: "started", pid: server.pid }));
server.once("error", (error) => report({ kind: "not-run", code: error.code }, () => process.exit(1)));
server.once("exit", (code, signal) => {
  // A server that ended may have left members of its group behind.
  endServer();
  report({ kind: "ended", code, signal }, () => process.exit(0));
});

process.on("message", (message) => {
  if (message !== "release") return;
  wanted = false;
  report({ kind: "released" }, () => process.disconnect());
});
process.on("disconnect", () => {
  if (wanted) endServer();
});
for (const signal of ["SIGTERM", "SIGINT", "SIGHUP"]) process.on(signal, endServer);
