import { expect, it } from "@jest/globals";
import { parseCommand } from "./command-line.ts";

it("runs every case for some rounds unless told otherwise", () => {
  expect(parseCommand([])).toEqual({ filter: "", rounds: 7, json: undefined });
});

it("takes a filter, rounds and a file, also behind the separator that pnpm hands on", () => {
  expect(parseCommand(["--", "signing", "--rounds", "3", "--json", "out.json"])).toEqual({
    filter: "signing",
    rounds: 3,
    json: "out.json",
  });
});

it.each(["0", "-1", "1.5", "many"])("refuses --rounds=%s", (rounds) => {
  expect(() => parseCommand([`--rounds=${rounds}`])).toThrow("--rounds must be a whole number above 0");
});

it("refuses a second filter and an option that it does not know", () => {
  expect(() => parseCommand(["signing", "sending"])).toThrow("at most one filter");
  expect(() => parseCommand(["--fast"])).toThrow("--fast");
});
