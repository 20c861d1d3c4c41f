import type { IncomingHttpHeaders, ServerResponse } from "node:http";

const loopback = /^(localhost|([a-z0-9-]+\.)+localhost|127(\.\d{1,3}){3}|\[::1\])(:\d{1,5})?$/i;

/**
 * Why a request is not answered. A page in a browser can send one to this machine by a form, which needs no
 * leave (it then carries `Origin`), or by a name of its own that leads here (it then stands in `Host`).
 *
 * @param hosts names that are taken besides those of the loopback.
 */
export function refusalOf(
  { origin, host }: IncomingHttpHeaders,
  hosts: readonly string[] = [],
): string | undefined {
  if (origin !== undefined) return "requests with an Origin header are refused: they come from a browser";
  if (host !== undefined && !loopback.test(host) && !hosts.includes(host))
    return "the Host header must name the loopback (127.0.0.1, localhost or [::1])";
  return undefined;
}

/** Answers 403 with the reason. What is left of the request is not read. */
export function refuse(response: ServerResponse, reason: string): void {
  const text = `The devstack serves this machine's own programs only: ${reason}\n`;
  response.writeHead(403, {
    "content-type": "text/plain",
    "content-length": Buffer.byteLength(text),
    connection: "close",
  });
  response.end(text, () => response.socket?.destroySoon());
}
