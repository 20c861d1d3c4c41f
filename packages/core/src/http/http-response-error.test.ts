import { describe, expect, it } from "@jest/globals";
import { WirekitError } from "../errors/wirekit-error.ts";
import { retry } from "../kit/retry.ts";
import { HttpResponseError, isRetryableStatus } from "./http-response-error.ts";
import { parseJsonBody } from "./json-body.ts";
import type { HttpResponse } from "./types.ts";

const respond = (status: number, text = "", headers: HttpResponse["headers"] = {}): HttpResponse => ({
  status,
  headers,
  text,
});

describe("a status", () => {
  it.each([429, 500, 502, 503, 504, 599])("of %d may pass when the request is repeated", (status) => {
    expect(isRetryableStatus(status)).toBe(true);
    expect(HttpResponseError.fromResponse(respond(status)).retryable).toBe(true);
  });

  it.each([200, 302, 400, 401, 403, 404, 408, 409, 425, 428, 430, 499, 600])("of %d does not", (status) => {
    expect(isRetryableStatus(status)).toBe(false);
    expect(HttpResponseError.fromResponse(respond(status)).retryable).toBe(false);
  });
});

describe("the error for a response", () => {
  it("carries the status, and what the body begins with, without known secrets", () => {
    const text = `no token hunter22 ${"x".repeat(600)}`;
    const error = HttpResponseError.fromResponse(respond(403, text), { secrets: ["hunter22"] });
    expect(error).toMatchObject({ status: 403, code: "wirekit/http-status", details: { status: 403 } });
    expect(error.message).toBe("The server answered with status 403");
    expect(error.excerpt).toMatch(/^no token \[redacted\] x+\.\.\. \(\d+ more characters\)$/);
    expect(error.excerpt?.length).toBeLessThan(550);
    expect(error instanceof HttpResponseError && error instanceof WirekitError).toBe(true);
    expect(new Error("x") instanceof HttpResponseError).toBe(false);
  });

  it("says when to come back, by the server's own clock where the response tells it", () => {
    const headers = { "retry-after": "Sun, 06 Nov 1994 08:49:37 GMT", date: "Sun, 06 Nov 1994 08:49:07 GMT" };
    expect(HttpResponseError.fromResponse(respond(503, "", headers)).retryAfterMs).toBe(30_000);
    const now = Date.UTC(1994, 10, 6, 8, 49, 27);
    const { date: _, ...undated } = headers;
    expect(HttpResponseError.fromResponse(respond(503, "", undated), { now }).retryAfterMs).toBe(10_000);
    expect(HttpResponseError.fromResponse(respond(503)).retryAfterMs).toBeUndefined();
  });

  it("is what retry waits by", async () => {
    const pauses: number[] = [];
    const task = async ({ number }: { readonly number: number }) => {
      if (number === 1) throw HttpResponseError.fromResponse(respond(503, "", { "retry-after": "0" }));
      return "sent";
    };
    const onRetry = ({ delayMs }: { readonly delayMs: number }) => void pauses.push(delayMs);
    await expect(retry(task, { onRetry, random: () => 0 })).resolves.toBe("sent");
    expect(pauses).toEqual([0]);
  });
});

describe("parseJsonBody", () => {
  it("gives what the body says", () => {
    expect(parseJsonBody(respond(200, '{"tracking_id": "1"}'))).toEqual({ tracking_id: "1" });
    expect(parseJsonBody(respond(500, "null"))).toBeNull();
  });

  it.each(["", "<html>", '{"a":', "undefined"])(
    "refuses %j with an error that carries the status",
    (text) => {
      expect(() => parseJsonBody(respond(200, text))).toThrow(HttpResponseError);
      expect(() => parseJsonBody(respond(200, text))).toThrow(
        expect.objectContaining({ status: 200, code: "wirekit/http-body", retryable: false, excerpt: text }),
      );
    },
  );

  it("says that a 503 which is not JSON may be repeated, and when", () => {
    const response = respond(503, "<html>", { "retry-after": "2" });
    expect(() => parseJsonBody(response, { now: 0 })).toThrow(
      expect.objectContaining({ retryable: true, retryAfterMs: 2_000 }),
    );
  });

  it("shows no secret, neither in the excerpt nor through the parser's own error", () => {
    const thrown = catching(() => parseJsonBody(respond(200, "hunter22!"), { secrets: ["hunter22"] }));
    expect(thrown).toMatchObject({ excerpt: "[redacted]!" });
    expect((thrown as Error).cause).toBeUndefined();
    expect((thrown as Error).message).not.toContain("hunter");
  });
});

function catching(run: () => unknown): unknown {
  try {
    return run();
  } catch (thrown) {
    return thrown;
  }
}
