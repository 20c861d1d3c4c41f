import { describe, expect, it } from "@jest/globals";
import { prepareRequest } from "./prepare-request.ts";
import type { HttpRequest } from "./types.ts";

const request: HttpRequest = { method: "POST", url: "https://h.test/a?b", headers: {}, body: "é" };
const prepare = (changes: Partial<HttpRequest>) => prepareRequest({ ...request, ...changes });

describe("prepareRequest", () => {
  it("keeps header names, values and their order, from a record and from a list of pairs", () => {
    expect(prepare({ headers: { "X-B": "2", "x-a": "1" } }).headers).toEqual(["X-B", "2", "x-a", "1"]);
    const pairs = [
      ["X-A", "1"],
      ["x-a", ""],
      ["X-A", "\té ÿ"],
    ] as const;
    expect(prepare({ headers: pairs }).headers).toEqual(["X-A", "1", "x-a", "", "X-A", "\té ÿ"]);
  });

  it("leaves out a Content-Length that fits, which the body says again", () => {
    expect(prepare({ headers: { "Content-Length": "2", a: "b" } }).headers).toEqual(["a", "b"]);
    const body = new Uint8Array(3);
    expect(prepare({ headers: { "content-length": "3" }, body }).headers).toEqual([]);
    expect(prepare({ headers: { "content-length": "0" }, body: undefined }).headers).toEqual([]);
  });

  it("takes an empty body for none", () => {
    expect(prepare({ body: "" }).body).toBeUndefined();
    expect(prepare({ method: "GET", body: new Uint8Array(0) }).body).toBeUndefined();
  });

  it.each<[string, Partial<HttpRequest>, string]>([
    ["a method in lower case", { method: "post" }, "method must be a method in upper case"],
    ["a method with a line break", { method: "GET\r\n" }, "method must be"],
    ["CONNECT", { method: "CONNECT" }, "method must be"],
    ["TRACE", { method: "TRACE" }, "method must be"],
    ["a body on GET", { method: "GET" }, "body must be left out: a GET request carries none"],
    ["a body on HEAD", { method: "HEAD" }, "body must be left out"],
    ["a header name with a blank", { headers: { "x a": "1" } }, "headers must have names made of letters"],
    ["an empty header name", { headers: { "": "1" } }, "headers must have names"],
    [
      "a line break in a value",
      { headers: { "X-A": "1\r\nX-B: 2" } },
      "headers.X-A must be a text without line breaks",
    ],
    ["a value beyond Latin-1", { headers: { "x-a": "€" } }, "headers.x-a must be a text"],
    [
      "a value that is no text",
      { headers: { "x-a": undefined as unknown as string } },
      "headers.x-a must be a text",
    ],
    [
      "a Content-Length that does not fit",
      { headers: { "content-length": "1" } },
      "headers.content-length must be",
    ],
    [
      "Transfer-Encoding",
      { headers: { "Transfer-Encoding": "chunked" } },
      "headers.transfer-encoding must be left out",
    ],
    [
      "Connection",
      { headers: [["Connection", "close"]] },
      "headers.connection must be left out: the transport",
    ],
    ["Expect", { headers: { expect: "100-continue" } }, "headers.expect must be left out"],
  ])("refuses %s", (_, changes, message) => {
    expect(() => prepare(changes)).toThrow(`Invalid request: ${message}`);
  });

  it("never shows a header's value", () => {
    expect(() => prepare({ headers: { authorization: "hunter22\n" } })).toThrow(
      expect.objectContaining({ message: expect.not.stringContaining("hunter22") }),
    );
  });
});
