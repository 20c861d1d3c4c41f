import { expect, it } from "@jest/globals";
import { propertiesFile } from "./properties-file.ts";

it("writes a line for each property, which Java reads as it was meant", () => {
  const text = propertiesFile({ "node.id": 1, path: "C:\\kafka", jaas: 'user_a="b";', two: "a\nb" });
  expect(text).toBe('node.id=1\npath=C:\\\\kafka\njaas=user_a="b";\ntwo=a\\nb\n');
});
