import { expect, it } from "@jest/globals";
import { readCommandLine } from "./command-line.ts";
import { busNames } from "./open-bus.ts";

it("plays on every bus unless told otherwise", () => {
  expect(readCommandLine([])).toMatchObject({ buses: busNames, sqs: undefined });
});

it("plays on those that are named, in its own order", () => {
  expect(readCommandLine(["--", "--bus", "sqs", "--bus", "memory"]).buses).toEqual(["memory", "sqs"]);
});

it("takes servers that are elsewhere", () => {
  expect(readCommandLine(["--sqs", "http://127.0.0.1:9324"])).toMatchObject({ sqs: "http://127.0.0.1:9324" });
});

it.each([
  [["--bus", "rabbit"], "--bus must be one of memory, sqs"],
  [["--sqs", "127.0.0.1:9324"], "--sqs must be a URL"],
  [["--fast"], "--fast"],
])("refuses %j and says why", (parameters, reason) => {
  expect(() => readCommandLine(parameters)).toThrow(reason);
});
