import { silentLogger } from "@wirekit/core";
import { ManualClock } from "@wirekit/core/testing";
import {
  createMessage,
  MemoryMessageBus,
  type MemoryMessageBusOptions,
  type Received,
} from "../../src/index.ts";

/** Where the tests of the bus in memory send to. */
export const target = "payments";

const opened: MemoryMessageBus[] = [];

/** Closes every bus that was opened since. */
export async function closeAll(): Promise<void> {
  await Promise.all(opened.splice(0).map((bus) => bus.close()));
}

export function open(options: MemoryMessageBusOptions = {}): { bus: MemoryMessageBus; clock: ManualClock } {
  const clock = new ManualClock();
  const bus = new MemoryMessageBus({ clock, logger: silentLogger, ...options });
  opened.push(bus);
  return { bus, clock };
}

export async function receive(bus: MemoryMessageBus, groupId?: string): Promise<Received> {
  const received = await bus.receiveMessage({ target, groupId, timeoutMs: 0 });
  if (received === undefined) throw new Error("there was nothing to receive");
  return received;
}

export function status(reference: string) {
  const payload = { reference, status: "APPROVED" };
  return createMessage({ source: "S", serviceToken: "T", instructionType: "STATUS_UPDATE", payload });
}

export function hasReference(reference: string) {
  return (message: { readonly payload: object }) =>
    "reference" in message.payload && message.payload.reference === reference;
}
