/** What was opened one after the other, to be closed in reverse: Node 20 has no AsyncDisposableStack. */
export class Held implements AsyncDisposable {
  readonly #held: AsyncDisposable[] = [];

  hold<T extends AsyncDisposable>(thing: T): T {
    this.#held.push(thing);
    return thing;
  }

  /** Closes all of it, also when one of them cannot be closed. */
  async [Symbol.asyncDispose](): Promise<void> {
    for (const thing of this.#held.splice(0).reverse())
      await Promise.resolve(thing[Symbol.asyncDispose]()).catch((error: unknown) => console.error(error));
  }
}

/** Opens things; when one of them cannot be opened, those before it are closed. */
export async function holding<T>(open: (held: Held) => Promise<T>): Promise<T> {
  const held = new Held();
  try {
    return await open(held);
  } catch (error) {
    await held[Symbol.asyncDispose]();
    throw error;
  }
}
