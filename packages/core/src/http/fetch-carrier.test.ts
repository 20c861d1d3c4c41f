import { describe, expect, it, jest } from "@jest/globals";
import { createHttpTransport } from "./transport.ts";

const request = { method: "POST", url: "https://h.test/a?key=hunter22", headers: { a: "b" }, body: "x" };
type Fetch = typeof globalThis.fetch;

const over = (fetch: Fetch) => createHttpTransport({ fetch });
const failureOf = (call: Promise<unknown>): Promise<unknown> =>
  call.then(
    () => undefined,
    (error: unknown) => error,
  );

describe("a fetch function", () => {
  it("is called with the request as it is, and told not to follow redirects", async () => {
    const fetch = jest.fn<Fetch>(async () => new Response("ok"));
    await over(fetch)(request);
    expect(fetch).toHaveBeenCalledTimes(1);
    const [url, init] = fetch.mock.calls[0] ?? [];
    expect(url).toBe(request.url);
    expect(init).toMatchObject({ method: "POST", headers: [["a", "b"]], redirect: "manual" });
    expect(new TextDecoder().decode(init?.body as Uint8Array)).toBe("x");
  });

  it("may answer with headers of any name", async () => {
    const headers = new Headers({ constructor: "1", "to-string": "2" });
    headers.append("set-cookie", "a=1");
    headers.append("set-cookie", "b=2");
    const response = await over(async () => new Response("", { headers }))(request);
    expect({ ...response.headers }).toMatchObject({
      constructor: "1",
      "to-string": "2",
      "set-cookie": "a=1, b=2",
    });
  });

  it("that hides a redirect, as browsers do, yields an error that says so", async () => {
    const hidden = { type: "opaqueredirect", status: 0, headers: new Headers(), body: null } as Response;
    expect(await failureOf(over(async () => hidden)(request))).toMatchObject({
      name: "HttpResponseError",
      status: 0,
      retryable: false,
      message: "The server answered with a redirect, which is not followed",
    });
  });

  it("that heeds no signal is left behind all the same, and its late response is not read", async () => {
    let respond: (response: Response) => void = () => {};
    const fetch = () =>
      new Promise<Response>((resolve) => {
        respond = resolve;
      });
    const controller = new AbortController();
    const call = failureOf(over(fetch)(request, { signal: controller.signal }));
    controller.abort("enough");
    expect(await call).toBe("enough");

    await new Promise<void>((cancel) =>
      respond(new Response(new ReadableStream({ cancel: () => cancel() }))),
    );
  });

  it("is told by its signal that nobody waits any more", async () => {
    let given: AbortSignal | null | undefined;
    const fetch: Fetch = (_, init) => {
      given = init?.signal;
      return new Promise(() => {});
    };
    expect(await failureOf(over(fetch)(request, { timeoutMs: 5 }))).toMatchObject({
      code: "wirekit/timeout",
    });
    expect(given?.aborted).toBe(true);
  });

  it.each<[string, () => Promise<Response>]>([
    ["rejects", () => Promise.reject(new Error("hunter22 at https://h.test/a?key=hunter22"))],
    [
      "throws",
      () => {
        throw new TypeError("key=hunter22");
      },
    ],
  ])("that %s yields a connection error, which shows nothing of the request", async (_, fetch) => {
    const error = (await failureOf(over(fetch)(request))) as Error;
    expect(error).toMatchObject({ code: "wirekit/connection", retryable: true, details: { sent: true } });
    expect(String(error) + String(error.cause)).not.toContain("key=hunter22");
  });

  it("is what is used where there is no Node", async () => {
    const saved = globalThis.fetch;
    Object.assign(globalThis, { Deno: {}, fetch: async () => new Response("from the runtime") });
    try {
      expect((await createHttpTransport()(request)).text).toBe("from the runtime");
    } finally {
      Reflect.deleteProperty(globalThis, "Deno");
      globalThis.fetch = saved;
    }
  });
});
