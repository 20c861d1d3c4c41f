import { expect, it } from "@jest/globals";
import { namesOf } from "./exported-names.ts";

it("lists types as such, under the names that users write", () => {
  const text = 'export { type B, c as a } from "./one.ts";\nexport type { D } from "./two.ts";\n';
  expect(namesOf("index.ts", text)).toEqual(["type B", "type D", "a"]);
});

it.each(['export * from "./one.ts";', "export const one = 1;", 'import "./one.ts";'])(
  "refuses an entry whose names do not stand in it: %s",
  (text) => {
    expect(() => namesOf("index.ts", text)).toThrow("index.ts holds something other than named exports");
  },
);
