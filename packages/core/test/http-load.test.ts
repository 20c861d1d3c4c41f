import { expect, it, jest } from "@jest/globals";

it("a runtime that cannot load undici is told to hand in a fetch, with every request", async () => {
  jest.unstable_mockModule("undici", () => {
    throw new Error("Cannot find package 'undici'");
  });
  const { createHttpTransport } = await import("../src/http/index.ts");
  const send = createHttpTransport();
  const request = { method: "GET", url: "http://127.0.0.1:1/", headers: {} };
  for (let number = 0; number < 2; number += 1) {
    await expect(send(request)).rejects.toMatchObject({
      code: "wirekit/config",
      retryable: false,
      message: expect.stringContaining("fetch is needed here"),
      cause: expect.objectContaining({ message: expect.stringContaining("Cannot find package") }),
    });
  }
  await expect(send.close()).resolves.toEqual({ notSent: [], unconfirmed: [], notHandled: 0 });
});
