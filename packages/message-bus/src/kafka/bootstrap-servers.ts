import type { OptionRule } from "@wirekit/core/kit";

const defaultServers = "localhost:9092";

/** The rule of bootstrap servers: one, several separated by commas, or a list of them. */
export const bootstrapServers: OptionRule<readonly string[]> = (value = defaultServers, path, faults) => {
  const parts: readonly unknown[] = Array.isArray(value) ? value : [value];
  const servers = parts.every((part) => typeof part === "string")
    ? parts
        .flatMap((part) => part.split(","))
        .map((server) => server.trim())
        .filter((server) => server !== "")
    : [];
  if (servers.length === 0 || !servers.every(isServer))
    faults.add({ path, message: "must name at least one server as host:port" });
  return [...new Set(servers)];
};

/** No address of IPv6: kafkajs takes what stands before the first colon for the host. */
function isServer(server: string): boolean {
  const port = /^[^\s:/[\]@]+:(\d{1,5})$/.exec(server)?.[1];
  return port !== undefined && Number(port) >= 1 && Number(port) <= 65_535;
}
