import { expect, it } from "@jest/globals";
import { MissingRequirementError } from "./errors/missing-requirement-error.ts";
import { lackOf } from "./lack.ts";

it("says what a group of tests lacks on a machine that has nothing", async () => {
  const lack = await lackOf(["python", "java"], { PATH: "/nowhere" });
  expect(lack instanceof MissingRequirementError).toBe(true);
  expect(lack?.message).toMatch(/^python with java needs Python .* and Java .* and Maven /);
});

it("says nothing of a group that needs nothing", async () => {
  expect(await lackOf([], { PATH: "/nowhere" })).toBeUndefined();
});
