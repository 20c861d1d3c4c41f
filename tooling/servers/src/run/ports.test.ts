import { createServer, type Server } from "node:net";
import { expect, it } from "@jest/globals";
import { scale } from "@wirekit/test-support/scale";
import fc from "fast-check";
import { besideEphemeral, canListen, freePorts, host } from "./ports.ts";

it("the ports chosen are different ones, free, and of the range", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 8 }),
      fc.uniqueArray(fc.integer({ min: 100, max: 130 }), { maxLength: 20 }),
      fc.infiniteStream(fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true })),
      async (count, taken, chance) => {
        const range = { first: 100, last: 130 };
        const random = () => chance.next().value;
        const isFree = async (port: number) => !taken.includes(port);
        const ports = await freePorts(count, { range, random, isFree }).catch(() => undefined);
        // A generator that says the same all the time finds only one.
        if (ports === undefined) return;
        expect(new Set(ports).size).toBe(count);
        for (const port of ports) {
          expect(port).toBeGreaterThanOrEqual(100);
          expect(port).toBeLessThanOrEqual(130);
          expect(taken).not.toContain(port);
        }
      },
    ),
    { numRuns: scale({ small: 100, full: 2_000 }) },
  );
});

it("says so when there are not enough of them", async () => {
  await expect(
    freePorts(3, { range: { first: 10, last: 11 }, isFree: async () => true }),
  ).rejects.toMatchObject({
    code: "servers/no-free-port",
  });
  await expect(freePorts(1, { isFree: async () => false })).rejects.toThrow("no 1 free ports between");
});

it.each([
  ["32768\t60999\n", { first: 15_000, last: 32_767 }],
  ["20000 60999", { first: 15_000, last: 19_999 }],
  ["1024\t65535\n", { first: 15_000, last: 60_000 }],
  [undefined, { first: 15_000, last: 32_767 }],
])("keeps out of the range that outgoing connections are given (%j)", (systemRange, expected) => {
  expect(besideEphemeral(systemRange)).toEqual(expected);
});

it("a port is free until something listens on it, on this address or on all", async () => {
  const [port = 0] = await freePorts(1);
  for (const address of [host, "0.0.0.0"]) {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen({ port, host: address }, resolve));
    expect(await canListen(port)).toBe(false);
    await closed(server);
    expect(await canListen(port)).toBe(true);
  }
});

function closed(server: Server): Promise<void> {
  return new Promise((resolve) => server.close(() => resolve()));
}
