import { expect, it } from "@jest/globals";
import { endingByTimeOut, withoutRequestLog } from "./client-settings.ts";

it("limits every part of a request, and keeps what the settings say besides", () => {
  const settings = { region: "eu-west-1", requestHandler: { connectionTimeout: 1_000 } };
  expect(endingByTimeOut(settings, 5_000)).toEqual({
    region: "eu-west-1",
    cacheMiddleware: true,
    requestHandler: {
      connectionTimeout: 1_000,
      requestTimeout: 5_000,
      throwOnRequestTimeout: true,
      socketTimeout: 5_000,
    },
  });
  expect(settings).toEqual({ region: "eu-west-1", requestHandler: { connectionTimeout: 1_000 } });
});

it("takes the log of requests out of a client", () => {
  const removed: string[] = [];
  const client = { middlewareStack: { remove: (name: string) => removed.push(name) > 0 } };
  expect(withoutRequestLog(client)).toBe(client);
  expect(removed).toEqual(["loggerMiddleware"]);
});
