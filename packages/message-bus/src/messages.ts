import { ClosedError, ConfigError, type WaitOptions } from "@wirekit/core";
import type { MessageBus, MessagesOptions } from "./message-bus.ts";
import type { Received } from "./received.ts";
import type { DecodedMessage, UnknownKinds } from "./wire/message.ts";

/** As long as a broker lets one wait at most: SQS's longest poll. */
const pollMs = 20_000;

/**
 * Receives one message after the other until the bus is closed. Nothing is fetched ahead: leaving the loop
 * holds nothing.
 */
export async function* messagesOf<Unknown extends UnknownKinds>(
  bus: Pick<MessageBus, "receiveMessage">,
  options: MessagesOptions<Unknown>,
): AsyncGenerator<Received<DecodedMessage<Unknown>>, void, undefined> {
  // What waits for the next message waits as long as it takes.
  if ((options as WaitOptions | undefined)?.timeoutMs !== undefined)
    throw new ConfigError([{ path: "timeoutMs", message: "is not an option" }]);
  for (;;) {
    const received = await receiveUnlessClosed(bus, options);
    if (received === "closed") return;
    if (received !== undefined) yield received;
  }
}

async function receiveUnlessClosed<Unknown extends UnknownKinds>(
  bus: Pick<MessageBus, "receiveMessage">,
  options: MessagesOptions<Unknown>,
): Promise<Received<DecodedMessage<Unknown>> | undefined | "closed"> {
  try {
    return await bus.receiveMessage<Unknown>({ ...options, timeoutMs: pollMs });
  } catch (thrown) {
    if (thrown instanceof ClosedError) return "closed";
    throw thrown;
  }
}
