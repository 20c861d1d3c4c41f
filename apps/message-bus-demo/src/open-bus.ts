import type { Env, Logger } from "@wirekit/core";
import { MemoryMessageBus, type MessageBus } from "@wirekit/message-bus";

/** The buses that the payment service runs on. */
export const busNames = ["memory"] as const;
export type BusName = (typeof busNames)[number];

/** Where a bus is; one in memory is nowhere else. */
export interface BusPlace {
  readonly name: BusName;
}

/** Opens a bus. This is all that the service's choice of a bus comes to. */
export function openBus(
  { name }: BusPlace,
  { logger }: { readonly env: Env; readonly logger: Logger },
): MessageBus {
  switch (name) {
    case "memory":
      return new MemoryMessageBus({ logger });
  }
}
