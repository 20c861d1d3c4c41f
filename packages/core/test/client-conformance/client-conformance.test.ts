import { describe, it } from "@jest/globals";
import { clientConformance } from "../../src/testing/index.ts";
import { referenceHarness } from "./harness.ts";

describe("the reference client", () => {
  for (const { name, run } of clientConformance(referenceHarness)) it(name, run);
});
