import { platform } from "node:os";
import { expect, it } from "@jest/globals";
import { parseProcessorMs, processorMsOf } from "./processor-time.ts";

it("adds the time in the program and that in the system, whatever the program is called", () => {
  const stat = "4711 (a) b (c) S 1 4711 4711 0 -1 4194304 100 0 0 0 250 150 7 7 20 0 30 0 1000\n";
  expect(parseProcessorMs(stat)).toBe(4_000);
});

it("refuses what tells no time", () => {
  expect(() => parseProcessorMs("4711 (java) S")).toThrow("no processor time");
});

it("tells the time of a process that runs, on Linux", async () => {
  const time = await processorMsOf(process.pid);
  if (platform() === "linux") expect(time).toBeGreaterThan(0);
  else expect(time).toBeUndefined();
});
