import { ConfigError, type Logger, WirekitError } from "@wirekit/core";
import { createHttpTransport } from "@wirekit/core/http";
import { retry } from "@wirekit/core/kit";

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
    if (error instanceof ConfigError) return error.issues.map(({ path }) => path).join();
    return WirekitError.from(error).code;
  } finally {
    await transport.close();
  }
}
