import { ConfigError } from "@wirekit/core";

const fifoSuffix = ".fifo";
const maxLength = 80;
const legalName = /^[A-Za-z0-9_-]+(?:\.fifo)?$/;

/** Whether a queue is a FIFO one: its name says so. */
export function isFifo(target: string): boolean {
  return target.endsWith(fifoSuffix);
}

/**
 * The name of a target's queue stands in its URL; anything else there would be another place.
 *
 * @param path the option that it comes from, for the error.
 * @throws ConfigError unless `target` can be the name of a queue.
 */
export function checkQueueName(target: string, path = "target"): void {
  if (typeof target === "string" && legalName.test(target) && target.length <= maxLength) return;
  const message = `must be a queue's name: up to ${maxLength} letters, digits, hyphens and underscores, with ${fifoSuffix} at the end of a FIFO queue's`;
  throw new ConfigError([{ path, message }]);
}
