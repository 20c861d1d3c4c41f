const fifoSuffix = ".fifo";
const maxLength = 80;
const legalName = /^[A-Za-z0-9_-]+(?:\.fifo)?$/;

/** Whether a queue is a FIFO one: its name says so. */
export function isFifo(target: string): boolean {
  return target.endsWith(fifoSuffix);
}

/**
 * What is wrong with `target` as the name of a queue. The name stands in a URL, where anything else would be
 * another place.
 */
export function findQueueNameFault(target: unknown): string | undefined {
  if (typeof target === "string" && legalName.test(target) && target.length <= maxLength) return undefined;
  return `must be a queue's name: up to ${maxLength} letters, digits, hyphens and underscores, with ${fifoSuffix} at the end of a FIFO queue's`;
}
