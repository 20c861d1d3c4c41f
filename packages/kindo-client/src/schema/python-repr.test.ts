import { expect, it } from "@jest/globals";
import { pythonRepr } from "./python-repr.ts";

// Every expected text is what Python's `repr` answers.
it.each([
  [null, "None"],
  [true, "True"],
  [false, "False"],
  [1.5, "1.5"],
  ["a", "'a'"],
  ["it's", `"it's"`],
  [`'"`, `'\\'"'`],
  ["a\\b", "'a\\\\b'"],
  ["\u0001", "'\\x01'"],
  ["é", "'é'"],
  [["a", 1, null], "['a', 1, None]"],
  [{ a: [true], "it's": {} }, `{'a': [True], "it's": {}}`],
])("shows %j as Python does", (value, text) => {
  expect(pythonRepr(value)).toBe(text);
});
