import { InvalidArgumentError } from "commander";
import { type ServerName, serverNames, servers } from "../servers.ts";

/** The ports asked for, by server and by name. */
export type AskedPorts = Partial<Record<ServerName, Readonly<Record<string, number>>>>;

/**
 * Adds one `--port` to those before it: `redis=6379` for a server's first port, `kafka.saslSsl=9094` for
 * another.
 *
 * @throws InvalidArgumentError saying what was expected.
 */
export function addAskedPort(text: string, before: AskedPorts = {}): AskedPorts {
  const [, name, portName, digits] = /^(\w+)(?:\.(\w+))?=(\d+)$/.exec(text) ?? [];
  const server = serverNames.find((known) => known === name);
  if (server === undefined)
    throw new InvalidArgumentError(`Expected <server>=<port>, with a server of ${serverNames.join(", ")}.`);
  const { ports } = servers[server];
  const which = portName ?? ports[0] ?? "";
  if (!ports.includes(which)) throw new InvalidArgumentError(`${server} has the ports ${ports.join(", ")}.`);
  const port = Number(digits);
  if (port < 1 || port > 65_535) throw new InvalidArgumentError("A port is a number from 1 to 65535.");
  return { ...before, [server]: { ...before[server], [which]: port } };
}
