import { ClosedError, type SendOutcome, WirekitError } from "@wirekit/core";
import type { BusCounters } from "./bus-counters.ts";
import type { SendManyOptions, SendOptions, SentMessage } from "./message-bus.ts";
import type { SendableMessage } from "./wire/message.ts";

/** Sends one message; resolves with what became of it, and never rejects. */
export type SendOne<Receipt extends SentMessage> = (
  message: SendableMessage,
  options: SendOptions,
) => Promise<SendOutcome<Receipt>>;

/** Sends each message with its own key. All at once: what somebody else sends meanwhile does not get between two of one key. */
export function sendEach<Receipt extends SentMessage>(
  messages: readonly SendableMessage[],
  { key, ...options }: SendManyOptions,
  { sendOne, counters }: { readonly sendOne: SendOne<Receipt>; readonly counters: BusCounters },
): Promise<SendOutcome<Receipt>[]> {
  return Promise.all(
    messages.map((message, index) => {
      let ownKey: string | undefined;
      try {
        ownKey = typeof key === "function" ? key(message, index) : key;
      } catch (thrown) {
        counters.notSent();
        return outcomeOf(thrown, options.signal);
      }
      return sendOne(message, { ...options, key: ownKey });
    }),
  );
}

/** What became of a message whose send has thrown before anything left. */
export function outcomeOf(thrown: unknown, signal: AbortSignal | undefined): SendOutcome<never> {
  const wasStopped = signal?.aborted === true || thrown instanceof ClosedError;
  if (wasStopped) return { kind: "not-sent", error: WirekitError.from(thrown) };
  return { kind: "rejected", error: WirekitError.from(thrown) };
}
