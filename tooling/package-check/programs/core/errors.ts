import { ConfigError, type Logger, retry, WirekitError } from "@wirekit/core";
import { createHttpTransport } from "@wirekit/core/http";

// The console is a logger as it stands.
export const logger: Logger = console;

export async function run(): Promise<string> {
  const transport = createHttpTransport({ fetch: undefined });
  try {
    const { text } = await retry(() =>
      transport({ method: "GET", url: "https://abc.example/", headers: {} }),
    );
    return text;
  } catch (error) {
    if (ConfigError.isInstance(error)) return error.issues.map(({ path }) => path).join();
    return WirekitError.from(error).code;
  } finally {
    await transport.close();
  }
}
