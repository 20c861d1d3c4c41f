import { connect } from "node:net";
import { host } from "./ports.ts";

/** How long one look at a server may take; there is always another one. */
const lookMs = 2_000;

/** Whether something accepts connections on the port. */
export function accepts(port: number): Promise<boolean> {
  return exchange(port, { say: "", until: () => true }).then((answer) => answer !== undefined);
}

/** Whether a GET of the address is answered with 200. */
export async function answersOk(url: string): Promise<boolean> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(lookMs) });
    await response.body?.cancel();
    return response.status === 200;
  } catch {
    return false;
  }
}

/**
 * Connects, sends `say` and resolves to what has been answered once `until` is content with it; to
 * `undefined` when there is no connection, when it ends before that, and when it takes too long.
 */
export function exchange(
  port: number,
  { say, until }: { readonly say: string; readonly until: (answer: string) => boolean },
): Promise<string | undefined> {
  return new Promise((resolve) => {
    const socket = connect({ port, host });
    let answer = "";
    const end = (result: string | undefined) => {
      clearTimeout(timer);
      socket.destroy();
      resolve(result);
    };
    const look = () => {
      if (until(answer)) end(answer);
    };
    const timer = setTimeout(() => end(undefined), lookMs);
    socket.once("connect", () => {
      socket.write(say);
      look();
    });
    socket.on("data", (chunk) => {
      answer += chunk.toString("utf8");
      look();
    });
    socket.once("error", () => end(undefined));
    socket.once("close", () => end(undefined));
  });
}
