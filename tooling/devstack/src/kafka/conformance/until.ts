const patienceMs = 30_000;
const pauseMs = 20;

/** Resolves when it is so. What a broker does may take it a moment. */
export async function until(isSo: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = Date.now() + patienceMs;
  while (!(await isSo())) {
    if (Date.now() > deadline) throw new Error(`it was not so within ${patienceMs} ms: ${isSo}`);
    await new Promise((resolve) => setTimeout(resolve, pauseMs));
  }
}
