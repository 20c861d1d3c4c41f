import { ConfigError } from "../errors/config-error.ts";
import { messageOf } from "../errors/wirekit-error.ts";

/**
 * Loads an optional peer dependency on first use.
 *
 * @param name the package: `"kafkajs"`.
 * @param load imports it: `() => import("kafkajs")`. Write the name as a literal, or bundlers miss it.
 * @param neededBy the option or class that needs it: `"KafkaMessageBus"`.
 * @throws ConfigError saying which package to install, or that the installed one cannot be loaded.
 */
export async function loadPeer<Module>(
  name: string,
  load: () => Promise<Module>,
  neededBy: string,
): Promise<Module> {
  try {
    return await load();
  } catch (cause) {
    const message = isMissing(cause, name)
      ? `needs the package ${name}: run \`npm install ${name}\``
      : `needs the package ${name}, which is installed but cannot be loaded: ${messageOf(cause)}`;
    throw new ConfigError([{ path: neededBy, message }], { cause });
  }
}

/** Whether the package itself was not found, rather than something that it imports. */
function isMissing(thrown: unknown, name: string): boolean {
  const code = typeof thrown === "object" && thrown !== null && "code" in thrown ? thrown.code : undefined;
  const isNotFound = code === "ERR_MODULE_NOT_FOUND" || code === "MODULE_NOT_FOUND";
  return isNotFound && messageOf(thrown).includes(`'${name}'`);
}
