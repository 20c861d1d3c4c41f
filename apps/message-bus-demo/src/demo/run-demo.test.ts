import { expect, it } from "@jest/globals";
import { recordingStream } from "@wirekit/demo-screen/testing";
import { openMemoryStage } from "./memory-stage.ts";
import { runDemo } from "./run-demo.ts";
import type { Stage } from "./stage.ts";

/** A busy machine needs its time. */
const timeoutMs = 180_000;

it(
  "ends with 1, and says on which bus, when something is not as it claims",
  async () => {
    const openWithCopy = async (): Promise<Stage> => {
      const stage = await openMemoryStage();
      const read = async () => {
        const bookings = await stage.ledger.read();
        return [...bookings, ...bookings.slice(0, 1)];
      };
      return { ...stage, ledger: { ...stage.ledger, read } };
    };
    const { stream, text } = recordingStream();
    await expect(runDemo(stream, [openWithCopy])).resolves.toBe(1);
    expect(text()).toContain("✗ This is not so: whatever is booked again has a cause (over memory).");
    expect(text()).not.toContain("✓ All");
  },
  timeoutMs,
);

it("closes what it plays on when that fails outright", async () => {
  let opened: Stage | undefined;
  const openBroken = async (): Promise<Stage> => {
    opened = await openMemoryStage();
    return {
      ...opened,
      startInstance: async () => {
        throw new Error("there is no instance");
      },
    };
  };
  await expect(runDemo(recordingStream().stream, [openBroken])).rejects.toThrow("there is no instance");
  expect(opened?.bus.health().status).toBe("closed");
});
