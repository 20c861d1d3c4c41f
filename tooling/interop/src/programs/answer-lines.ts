import { createInterface } from "node:readline";

type Handlers = Readonly<Record<string, (input: never) => unknown>>;

/**
 * Lets this process be asked as a `TalkingProgram`. It ends with its standard input: nobody is left who wants
 * it.
 */
export function answerLines(handlers: Handlers): void {
  createInterface({ input: process.stdin })
    .on("line", (line) => void answer(handlers, line))
    .on("close", () => process.exit(0));
}

/** Says something unasked. */
export function say(event: string, value: unknown): void {
  process.stdout.write(`${JSON.stringify({ event, value })}\n`);
}

async function answer(handlers: Handlers, line: string): Promise<void> {
  const { id, call, with: input } = JSON.parse(line) as { id: number; call: string; with: never };
  try {
    const handler = handlers[call];
    if (handler === undefined) throw new Error(`${call} is nothing that this program can do`);
    const value = await handler(input);
    process.stdout.write(`${JSON.stringify({ id, value: value ?? null })}\n`);
  } catch (error) {
    process.stdout.write(
      `${JSON.stringify({ id, error: String(error instanceof Error ? error.stack : error) })}\n`,
    );
  }
}
