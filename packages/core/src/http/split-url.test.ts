import { describe, expect, it } from "@jest/globals";
import { readVectors } from "@wirekit/vectors";
import fc from "fast-check";
import { ValidationError } from "../errors/validation-error.ts";
import { originOf, splitUrl } from "./split-url.ts";

describe("splitUrl", () => {
  it.each([
    ["https://h.test/", "/"],
    ["https://h.test", "/"],
    ["https://h.test?a=1", "/?a=1"],
    ["https://h.test/?", "/?"],
    ["https://h.test/a/../b/./c", "/a/../b/./c"],
    ["https://h.test//x//", "//x//"],
    ["https://h.test/%7e%7E~", "/%7e%7E~"],
    ["https://h.test/a?b=c?d/e", "/a?b=c?d/e"],
    ["https://h.test/?q=a%20b%2Bc&q=&flag", "/?q=a%20b%2Bc&q=&flag"],
    [`https://h.test/'"<>\\^\`{|}@:[]`, `/'"<>\\^\`{|}@:[]`],
    ["HTTPS://h.test/A", "/A"],
  ])("leaves the target of %s as it is", (url, target) => {
    expect(splitUrl(url).target).toBe(target);
  });

  it.each([
    ["http://127.0.0.1:3001/x", "http://127.0.0.1:3001"],
    ["http://[::1]:80/", "http://[::1]:80"],
    ["https://EXAMPLE.test", "https://EXAMPLE.test"],
    ["https://münchen.test/", "https://münchen.test"],
  ])("gives the origin of %s as it is written", (url, origin) => {
    expect(splitUrl(url).origin).toBe(origin);
  });

  it.each([
    ["/relative", "url must be an absolute http or https URL"],
    ["ftp://h.test/", "url must be an absolute http or https URL"],
    ["", "url must be an absolute http or https URL"],
    ["http:///path", "url must name a host"],
    ["https://user:hunter22@h.test/", "url must not carry a user name or password"],
    ["https://h.test/a#b", "url must not have a fragment; a # in the path or query is written %23"],
    ["https://h.test/a b", "url has a character at position 16 that HTTP cannot carry; percent-encode it"],
    ["https://h.test/ሴ", "url has a character at position 15 that HTTP cannot carry"],
    ["https://h.test/é", "url has a character at position 15 that HTTP cannot carry"],
    ["https://h.test/a\r\nX: y", "url has a character at position 16 that HTTP cannot carry"],
    ["https://h.test/\u007f", "url has a character at position 15 that HTTP cannot carry"],
    ["https://h.test\\x/", "url must name a host"],
    ["https://münchen.test/ö", "url has a character at position 21 that HTTP cannot carry"],
  ])("refuses %j", (url, message) => {
    expect(() => splitUrl(url)).toThrow(`Invalid request: ${message}`);
  });

  it("shows nothing of a URL that it refuses, and has a code for it", () => {
    const urls = [
      "https://u:hunter22@h.test/",
      "https://h.test/?k=hunter22 x",
      "https://h.test/?k=hunter22#",
    ];
    for (const url of urls) {
      const thrown = catching(() => splitUrl(url));
      expect(thrown instanceof ValidationError && thrown.code).toBe("wirekit/invalid-request");
      expect(JSON.stringify(Object.entries(thrown as Error)) + String(thrown)).not.toContain("hunter22");
    }
  });

  it("takes every URL that Kindo's vectors sign", () => {
    const cases = readVectors<{ readonly request: { readonly url: string } }>("kindo/sigv4.json");
    expect(cases.length).toBeGreaterThan(10);
    for (const { request } of cases) {
      const { origin, target } = splitUrl(request.url);
      // HTTP has no empty path.
      expect([request.url, `${request.url}/`]).toContain(origin + target);
      expect(originOf(origin)).toBe(new URL(request.url).origin);
    }
  });

  it("either gives every character of a URL back, or refuses it", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 40 }), (rest) => {
        const url = `https://h.test/${rest}`;
        const isSendable = /^[!-"$-~]*$/.test(rest);
        if (isSendable) expect(splitUrl(url)).toEqual({ origin: "https://h.test", target: `/${rest}` });
        else expect(() => splitUrl(url)).toThrow("Invalid request: url");
      }),
    );
  });
});

describe("originOf", () => {
  it.each([
    ["http://localhost:80", "http://localhost"],
    ["https://EXAMPLE.test:443", "https://example.test"],
    ["https://h.test:8443", "https://h.test:8443"],
  ])("knows %s as %s", (spelling, origin) => {
    expect(originOf(spelling)).toBe(origin);
  });

  it.each(["http://h.test:99999", "http://[::1", "http://%zz"])("refuses %s", (spelling) => {
    expect(() => originOf(spelling)).toThrow("url must name a host");
  });
});

function catching(run: () => unknown): unknown {
  try {
    return run();
  } catch (thrown) {
    return thrown;
  }
}
