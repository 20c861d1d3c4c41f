import { WirekitError } from "@wirekit/core";
import { messageOf } from "@wirekit/core/kit";
import { Argument, Command } from "commander";
import { cacheDirectory } from "../cache-directory.ts";
import { isInstalled } from "../install/installation.ts";
import { type ServerName, serverNames, servers } from "../servers.ts";
import { type AskedPorts, addAskedPort } from "./asked-ports.ts";
import { takeDown } from "./down.ts";
import { describeStatus, describeUp } from "./print.ts";
import { isUp, readStates } from "./state-file.ts";
import { bringUp } from "./up.ts";

const cache = cacheDirectory();
const interrupted = new AbortController();
process.once("SIGINT", () =>
  interrupted.abort(new WirekitError("interrupted", { code: "servers/interrupted" })),
);

const program = new Command("servers").description(
  "Installs and runs the real servers that Wirekit is tested against, for you to point demos at.",
);

program
  .command("up")
  .description("start servers that keep running until `down`")
  .addArgument(new Argument("<servers...>").choices(serverNames))
  .option("--port <server=port>", "listen on this port, not on a free one (repeatable)", addAskedPort)
  .action(async (names: readonly ServerName[], { port = {} }: { readonly port?: AskedPorts }) => {
    for (const name of new Set(names)) await up(name, port[name] ?? {});
  });

program
  .command("status")
  .description("show the servers that were brought up")
  .action(async () => {
    const states = await readStates(cache);
    const rows = await Promise.all(states.map(async (server) => ({ server, up: await isUp(server) })));
    console.log(rows.length === 0 ? "no server is up" : describeStatus(rows, Date.now()));
  });

program
  .command("down")
  .description("stop servers and delete their data: those named, or all")
  .addArgument(new Argument("[servers...]").choices(serverNames))
  .action(async (names: readonly string[]) => {
    const states = await readStates(cache);
    const chosen = states.filter(({ name }) => names.length === 0 || names.includes(name));
    for (const server of chosen) {
      await takeDown(server, cache);
      console.log(`${server.name} is down`);
    }
    if (chosen.length === 0) console.log("no such server is up");
  });

try {
  await program.parseAsync();
} catch (error) {
  // A message of ours says what to do; anything else needs its stack.
  console.error(error instanceof WirekitError ? messageOf(error) : error);
  process.exitCode = 1;
}

async function up(name: ServerName, ports: Readonly<Record<string, number>>): Promise<void> {
  const kind = servers[name];
  if (!(await isInstalled(await kind.program(), cache)))
    console.error(`installing ${name}, as it is used for the first time`);
  const start = () => kind.start(ports, { cache, signal: interrupted.signal });
  const { server, before } = await bringUp(name, start, cache);
  if (before === "already-up") console.error(`${name} was up already`);
  console.log(describeUp(server));
}
