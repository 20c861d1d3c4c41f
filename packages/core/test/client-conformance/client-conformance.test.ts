import { AssertionError } from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "@jest/globals";
import { runTypeScript } from "@wirekit/test-support/run-typescript";
import { clientConformance } from "../../src/testing/index.ts";
import { brokenBulkSends } from "./broken-bulk-sends.ts";
import { brokenClients, runCase } from "./broken-clients.ts";
import { referenceHarness } from "./harness.ts";

describe("the reference client", () => {
  for (const { name, run } of clientConformance(referenceHarness)) it(name, run);
});

describe("the suite notices", () => {
  it.each([...brokenClients, ...brokenBulkSends])("$defect", async (broken) => {
    await expect(runCase(broken)).rejects.toBeInstanceOf(AssertionError);
  });

  it("what only the process sees, without a test runner", async () => {
    const folder = new URL(".", import.meta.url).href;
    const code = `
      import { clientConformance } from "@wirekit/core/testing";
      import { brokenInProcess, runCase } from "${folder}broken-clients.ts";
      import { referenceHarness } from "${folder}harness.ts";
      for (const broken of brokenInProcess) {
        const verdict = await runCase(broken).then(() => "passes", (error) => error.name);
        console.log(verdict, broken.defect);
      }
      for (const { name, run } of clientConformance(referenceHarness)) {
        await run().catch((error) => console.log(name, error));
      }
    `;
    const packageDirectory = fileURLToPath(new URL("../..", import.meta.url));
    const { stdout, stderr } = await runTypeScript(code, { packageDirectory });
    expect({ lines: stdout.trim().split("\n"), stderr }).toEqual({
      lines: [
        "AssertionError a logger that rejects ends the process",
        "AssertionError a hook that rejects ends the process",
        "AssertionError a rejection is not handled",
      ],
      stderr: "",
    });
  });
});
