/** Whether a queue or topic is a FIFO one: its name, URL or ARN says so. */
export function isFifoQueue(nameOrUrl: string): boolean {
  return nameOrUrl.endsWith(".fifo");
}

/** The name of the queue that a URL is for. */
export function queueNameOf(url: string): string {
  return url.slice(url.lastIndexOf("/") + 1);
}
