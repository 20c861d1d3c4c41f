import { ConfigError } from "../errors/config-error.ts";
import { messageOf } from "../errors/wirekit-error.ts";

/**
 * What to do when an optional peer dependency cannot be imported:
 *
 * ```ts
 * const { Kafka } = await import("kafkajs").catch(peerFailure("kafkajs", "KafkaMessageBus"));
 * ```
 *
 * Write it like this, with the name as a literal and `catch` at the import itself: a bundler then finds the
 * package where it is installed, and where it is not, esbuild leaves the import to the runtime. It calls any
 * other import of a missing package an error, and makes no bundle.
 *
 * @param name the package.
 * @param neededBy the option or class that needs it.
 * @returns a function that throws `ConfigError`, saying which package to install, or that the installed one
 * cannot be loaded.
 */
export function peerFailure(name: string, neededBy: string): (thrown: unknown) => never {
  return (cause) => {
    const message = isMissing(cause, name)
      ? `needs the package ${name}: run \`npm install ${name}\``
      : `needs the package ${name}, which is installed but cannot be loaded: ${messageOf(cause)}`;
    throw new ConfigError([{ path: neededBy, message }], { cause });
  };
}

/** Whether the package itself was not found, rather than something that it imports. */
function isMissing(thrown: unknown, name: string): boolean {
  const code = typeof thrown === "object" && thrown !== null && "code" in thrown ? thrown.code : undefined;
  const isNotFound = code === "ERR_MODULE_NOT_FOUND" || code === "MODULE_NOT_FOUND";
  return isNotFound && messageOf(thrown).includes(`'${name}'`);
}
