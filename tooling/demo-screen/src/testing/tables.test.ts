import { expect, it } from "@jest/globals";
import { createScreen } from "../screen.ts";
import { recordingStream } from "./recording-stream.ts";
import { rowBelow, rowOf } from "./tables.ts";

const { stream, text } = recordingStream();
const screen = createScreen(stream);
screen.line("lost and found");
screen.table(["found", "lost"], [["3", "0"]]);
screen.table(
  ["", "handled"],
  [
    ["first", "1"],
    ["first one", "2"],
  ],
);

it("finds the row below a heading, in a table and nowhere else", () => {
  expect(rowBelow(text(), "lost")).toEqual(["3", "0"]);
  expect(rowBelow(text(), "stolen")).toEqual([]);
});

it("finds a row by all of its first cell", () => {
  expect(rowOf(text(), "first one")).toEqual(["2"]);
  expect(rowOf(text(), "first")).toEqual(["1"]);
  expect(rowOf(text(), "second")).toEqual([]);
});
