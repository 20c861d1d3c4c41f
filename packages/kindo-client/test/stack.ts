import { silentLogger } from "@wirekit/core";
import { type LambdaUrlOptions, type LambdaUrlServer, startLambdaUrl } from "@wirekit/devstack/lambda-url";
import { KindoClient, type KindoUrlOptions } from "../src/index.ts";
import { credentials } from "./messages.ts";

/** What tests have opened; closed in the opposite order. */
const opened: { close(): Promise<unknown> }[] = [];

/** To be called after each test. */
export async function closeAll(): Promise<void> {
  for (const one of opened.splice(0).reverse()) await one.close();
}

/** A service that accepts what {@link credentials} sign. */
export async function startService(options: Partial<LambdaUrlOptions> = {}): Promise<LambdaUrlServer> {
  const { accessKeyId, secretAccessKey } = credentials;
  const server = await startLambdaUrl({ credentials: { accessKeyId, secretAccessKey }, ...options });
  opened.push(server);
  return server;
}

/** A client of that service. Its pauses between tries are short, and it logs nothing. */
export function openClient(url: string, options: Partial<KindoUrlOptions> = {}): KindoClient {
  const retry = { baseDelayMs: 1, maxDelayMs: 2 };
  const client = new KindoClient({ url, credentials, retry, logger: silentLogger, ...options });
  opened.push({ close: () => client.close({ timeoutMs: 0 }) });
  return client;
}

/** Has something closed after the test. */
export function closeLater<Closable extends { close(): Promise<unknown> }>(closable: Closable): Closable {
  opened.push(closable);
  return closable;
}

/** A service, and a client of it. */
export async function startBoth(
  options: { readonly client?: Partial<KindoUrlOptions>; readonly service?: Partial<LambdaUrlOptions> } = {},
): Promise<{ readonly server: LambdaUrlServer; readonly client: KindoClient }> {
  const server = await startService(options.service);
  return { server, client: openClient(server.url, options.client) };
}
