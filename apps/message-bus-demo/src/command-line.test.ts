import { expect, it } from "@jest/globals";
import { readCommandLine } from "./command-line.ts";
import { busNames } from "./open-bus.ts";

it("plays on every bus unless told otherwise", () => {
  expect(readCommandLine([])).toMatchObject({ buses: busNames, sqs: undefined, kafka: undefined });
});

it("plays on those that are named, in its own order", () => {
  expect(readCommandLine(["--", "--bus", "sqs", "--bus", "memory"]).buses).toEqual(["memory", "sqs"]);
});

it("takes servers that are elsewhere", () => {
  expect(readCommandLine(["--sqs", "http://127.0.0.1:9324"])).toMatchObject({ sqs: "http://127.0.0.1:9324" });
  expect(readCommandLine(["--kafka", "one:9092,two:9092"])).toMatchObject({ kafka: "one:9092,two:9092" });
});

it.each([
  [["--bus", "rabbit"], "--bus must be one of memory, sqs, kafka"],
  [["--sqs", "127.0.0.1:9324"], "--sqs must be a URL"],
  [["--kafka", "http://127.0.0.1:9092"], "--kafka must be host:port"],
  [["--kafka", "127.0.0.1"], "--kafka must be host:port"],
  [["--fast"], "--fast"],
])("refuses %j and says why", (parameters, reason) => {
  expect(() => readCommandLine(parameters)).toThrow(reason);
});
