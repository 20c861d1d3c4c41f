import { readFile } from "node:fs/promises";
import { createServer } from "node:net";
import { type Random, WirekitError } from "@wirekit/core";

/** Everything listens on this address only: the servers have no secrets worth the name. */
export const host = "127.0.0.1";

/** The first and the last port of a range. */
export interface PortRange {
  readonly first: number;
  readonly last: number;
}

export interface PortChoice {
  readonly random?: Random | undefined;
  readonly range?: PortRange | undefined;
  readonly isFree?: ((port: number) => Promise<boolean>) | undefined;
}

const lowest = 15_000;
const highest = 60_000;
const maxTries = 500;

/**
 * `count` different free ports, below those that the system gives to outgoing connections. From among those,
 * a port could be taken by any connection while a server boots or is down between two starts; and a client
 * that keeps calling a port of that range where nobody listens may end up connected to itself.
 */
export async function freePorts(count: number, choice: PortChoice = {}): Promise<readonly number[]> {
  const { random = Math.random, range = await safeRange(), isFree = canListen } = choice;
  const chosen = new Set<number>();
  for (let tries = 0; tries < maxTries && chosen.size < count; tries += 1) {
    const port = range.first + Math.floor(random() * (range.last - range.first + 1));
    if (!chosen.has(port) && (await isFree(port))) chosen.add(port);
  }
  if (chosen.size < count)
    throw new WirekitError(`no ${count} free ports between ${range.first} and ${range.last}`, {
      code: "servers/no-free-port",
      retryable: true,
    });
  return [...chosen];
}

/** Whether a server could listen on the port now. */
export function canListen(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => resolve(false));
    server.listen({ port, host, exclusive: true }, () => server.close(() => resolve(true)));
  });
}

async function safeRange(): Promise<PortRange> {
  const text = await readFile("/proc/sys/net/ipv4/ip_local_port_range", "utf8").catch(() => undefined);
  return besideEphemeral(text);
}

/** The ports to choose from, given the system's own range for outgoing connections: `32768	60999`. */
export function besideEphemeral(systemRange: string | undefined): PortRange {
  const first = Number(systemRange?.trim().split(/\s+/)[0] ?? 32_768);
  // Where the system hands out nearly all ports there is no safe range, and a retry has to do.
  return { first: lowest, last: first >= lowest + 1_000 ? first - 1 : highest };
}
