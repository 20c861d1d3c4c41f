import { expect, it } from "@jest/globals";
import { ConfigError } from "@wirekit/core";
import { javaOptionsOf } from "./java-options.ts";

const small = ["-Xmx256m"];

it("a server is small unless something else is asked for, which then stands alone", () => {
  expect(javaOptionsOf({}, small)).toEqual(small);
  expect(javaOptionsOf({ javaOptions: ["-Xmx1g"] }, small)).toEqual(["-Xmx1g"]);
  expect(javaOptionsOf({ javaOptions: [] }, small)).toEqual([]);
});

it("what Java would take for the name of a program is refused", () => {
  const refused = () => javaOptionsOf({ javaOptions: ["-Xmx1g", "Xms1g"] }, small);
  expect(refused).toThrow(ConfigError);
  expect(refused).toThrow("javaOptions.1");
});
