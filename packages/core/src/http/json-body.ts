import type { RedactOptions } from "../redaction/redact-text.ts";
import { excerptOf, HttpResponseError, retryAfterMsOf } from "./http-response-error.ts";
import type { HttpResponse } from "./types.ts";

/**
 * The body of a response as JSON.
 *
 * @throws HttpResponseError with the status and the beginning of the body, without known secrets, when it is
 * no JSON.
 */
export function parseJsonBody(
  response: HttpResponse,
  options: RedactOptions & { readonly now?: number | undefined } = {},
): unknown {
  try {
    return JSON.parse(response.text);
  } catch {
    // The parser's error is no cause to hand on: it quotes the body, and what was sent may stand in it.
    throw new HttpResponseError(`The body of the response with status ${response.status} is not JSON`, {
      status: response.status,
      code: "wirekit/http-body",
      retryAfterMs: retryAfterMsOf(response, options.now ?? Date.now()),
      excerpt: excerptOf(response, options),
      details: { bodyLength: response.text.length },
    });
  }
}
