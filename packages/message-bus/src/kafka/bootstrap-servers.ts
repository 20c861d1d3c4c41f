/** The servers that were named, or what is wrong with how they were. */
export type BootstrapServers =
  | { readonly kind: "servers"; readonly servers: readonly string[] }
  | { readonly kind: "fault"; readonly message: string };

const expected = "must name at least one server as host:port";

/** Reads one server, several separated by commas, or a list of them. */
export function bootstrapServersOf(given: unknown): BootstrapServers {
  const parts = Array.isArray(given) ? given : [given];
  if (!parts.every((part) => typeof part === "string")) return { kind: "fault", message: expected };
  const servers = parts
    .flatMap((part) => part.split(","))
    .map((server) => server.trim())
    .filter((server) => server !== "");
  if (servers.length === 0 || !servers.every(isServer)) return { kind: "fault", message: expected };
  return { kind: "servers", servers: [...new Set(servers)] };
}

/** No address of IPv6: kafkajs takes what stands before the first colon for the host. */
function isServer(server: string): boolean {
  const port = /^[^\s:/[\]@]+:(\d{1,5})$/.exec(server)?.[1];
  return port !== undefined && Number(port) >= 1 && Number(port) <= 65_535;
}
