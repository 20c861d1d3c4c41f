import { sleep } from "@wirekit/core/kit";

/** Waits until nothing is left in the queue. */
export async function emptied(queue: { readonly size: number }): Promise<void> {
  await until(() => queue.size === 0);
}

/** Waits until `isTrue`; a demo that gets stuck says so instead of hanging. */
export async function until(isTrue: () => boolean): Promise<void> {
  const limitAt = performance.now() + 20_000;
  while (!isTrue()) {
    if (performance.now() > limitAt)
      throw new Error("the demo waited for twenty seconds for something that did not happen");
    await sleep(5);
  }
}
