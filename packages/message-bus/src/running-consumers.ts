import type { MessageConsumer } from "./consume-options.ts";

/** The consumers of one bus that run, and why others do not run any more. */
export class RunningConsumers {
  readonly #running = new Set<MessageConsumer>();
  /** By target: why its consumer has stopped by itself. Until another one takes its place. */
  readonly #failures = new Map<string, string>();

  add(consumer: MessageConsumer, target: string): void {
    this.#running.add(consumer);
    this.#failures.delete(target);
    consumer.on("stopped", ({ error }) => {
      this.#running.delete(consumer);
      if (error !== undefined) this.#failures.set(target, error.message);
    });
  }

  /** What keeps them from their work, in words. */
  problems(): string[] {
    const reasons = [...this.#running].flatMap((consumer) => consumer.health().reasons);
    return [...reasons.map(({ message }) => message), ...this.#failures.values()];
  }

  /** Closes all that run; how many messages they had received, and not handled. */
  async close(options: { readonly timeoutMs: number }): Promise<number> {
    const reports = await Promise.all([...this.#running].map((consumer) => consumer.close(options)));
    return reports.reduce((sum, { notHandled }) => sum + notHandled, 0);
  }
}
