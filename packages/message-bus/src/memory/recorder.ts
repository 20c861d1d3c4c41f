import type { BusCounters } from "../bus-lifecycle.ts";
import { InvalidBodyError } from "../errors.ts";
import type { ReceivedTexts } from "../received.ts";
import { decodeMessage } from "../wire/decode-message.ts";
import type { MessageEvent, MessageSpy } from "./message-spy.ts";

/** Counts what happens on a bus, and tells it to the spy. */
export class Recorder {
  readonly #spy: MessageSpy;
  readonly #counters: BusCounters;

  constructor(spy: MessageSpy, counters: BusCounters) {
    this.#spy = spy;
    this.#counters = counters;
  }

  sent(facts: Pick<MessageEvent, "target" | "key" | "raw">): void {
    this.#spy.record({
      stage: "sent",
      ...facts,
      message: messageIn(facts.raw),
    });
  }

  received(facts: ReceivedTexts): void {
    const message = messageIn(facts.raw);
    this.#counters.received(facts);
    this.#spy.record({ stage: "received", ...placeOf(facts), message });
  }

  acknowledged(facts: ReceivedTexts): void {
    this.#counters.acknowledged();
    this.#spy.record({
      stage: "acknowledged",
      ...placeOf(facts),
      message: messageIn(facts.raw),
    });
  }
}

function placeOf({
  target,
  groupId,
  key,
  attempt,
  raw,
}: ReceivedTexts): Omit<MessageEvent, "stage" | "message"> {
  return { target, groupId, key, attempt, raw };
}

function messageIn(text: string): MessageEvent["message"] {
  try {
    return decodeMessage(text, { unknownKinds: "pass" });
  } catch (thrown) {
    if (thrown instanceof InvalidBodyError) return undefined;
    throw thrown;
  }
}
