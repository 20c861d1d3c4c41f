import { WirekitError } from "@wirekit/core";
import type { OffsetReset } from "../kafka-driver.ts";

/** A record was given up, there is nowhere to put it, and it is not skipped: nothing of its key is handled any more. */
export function keyStoppedError(id: string, cause: WirekitError): WirekitError {
  return new WirekitError(
    `The message ${id} was given up and there is no dead-letter target: its key has stopped, and nothing after it is committed`,
    { code: "message-bus/key-stopped", details: { id, cause: cause.code }, cause },
  );
}

/** Nothing of what is held of a partition can be handled any more, and there is no room for more. */
export function partitionStoppedError(topic: string, partition: number, keys: number): WirekitError {
  return new WirekitError(
    `Partition ${partition} of ${topic} has stopped: ${keys === 1 ? "a stopped key holds" : `${keys} stopped keys hold`} all that there is room for`,
    { code: "message-bus/partition-stopped", details: { topic, partition, keys } },
  );
}

/** Why reading has begun elsewhere. */
export function resetText({ topic, partition, from, to }: OffsetReset): string {
  return to > from
    ? `Records of partition ${partition} of ${topic} are lost to the group: they were deleted before they were read`
    : `The log of partition ${partition} of ${topic} is shorter than it was: records come again`;
}
