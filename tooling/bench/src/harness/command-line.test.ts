import { expect, it } from "@jest/globals";
import { parseCommand } from "./command-line.ts";

it("runs every case for some rounds on embedded servers unless told otherwise", () => {
  expect(parseCommand([])).toEqual({
    filter: "",
    rounds: 7,
    servers: "embedded",
    json: undefined,
    out: undefined,
  });
});

it("takes a filter, rounds and a file, also behind the separator that pnpm hands on", () => {
  expect(parseCommand(["--", "signing", "--rounds", "3", "--json", "out.json"])).toMatchObject({
    filter: "signing",
    rounds: 3,
    json: "out.json",
  });
});

it("takes real servers and a folder for the report", () => {
  expect(parseCommand(["--real", "kafka", "--out", "results"])).toMatchObject({
    filter: "kafka",
    servers: "real",
    out: "results",
  });
});

it.each(["0", "-1", "1.5", "many", ""])("refuses --rounds=%s", (rounds) => {
  expect(() => parseCommand([`--rounds=${rounds}`])).toThrow("--rounds must be a whole number above 0");
});

it("refuses a file or folder without a name", () => {
  expect(() => parseCommand(["--json="])).toThrow("--json must name a file");
  expect(() => parseCommand(["--out="])).toThrow("--out must name a folder");
  expect(() => parseCommand(["--out"])).toThrow("--out");
});

it("refuses a second filter and an option that it does not know", () => {
  expect(() => parseCommand(["signing", "sending"])).toThrow("at most one filter");
  expect(() => parseCommand(["--fast"])).toThrow("--fast");
});
