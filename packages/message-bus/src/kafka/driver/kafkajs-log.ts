import { type Logger, redactText } from "@wirekit/core";
import type { logCreator } from "kafkajs";

/** Facts that kafkajs adds to its words, and that are safe to show. What else it adds may be what was on the wire. */
const safeFields = ["broker", "clientId", "topic", "groupId", "memberId", "retryCount", "retryTime"] as const;

/**
 * Takes kafkajs's log lines to ours, all of them as `debug`: what fails for good is thrown to whoever asked for it, what is tried again is
 * told by the bus itself, and kafkajs reports each as an error several times over.
 */
export function kafkajsLog(logger: Logger, secrets: readonly (string | undefined)[]): logCreator {
  return () => (entry) => {
    const { message, ...rest } = entry.log;
    const fields: Record<string, unknown> = { from: `kafkajs ${entry.namespace}`.trim(), level: entry.label };
    for (const name of safeFields) if (rest[name] !== undefined) fields[name] = rest[name];
    logger.debug(fields, redactText(String(message), { secrets }));
  };
}
