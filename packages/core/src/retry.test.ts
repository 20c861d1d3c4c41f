import { expect, it } from "@jest/globals";
import { retry } from "./retry.ts";

it("x", async () => {
  await expect(retry(async () => 1)).resolves.toBe(1);
});
