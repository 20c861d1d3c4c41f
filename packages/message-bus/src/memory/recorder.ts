import { InvalidBodyError } from "../errors.ts";
import type { BusStats } from "../message-bus.ts";
import type { ReceivedFacts } from "../received.ts";
import { decodeMessage } from "../wire/decode-message.ts";
import type { UnknownKinds } from "../wire/message.ts";
import type { MessageEvent, MessageSpy } from "./message-spy.ts";

/** Counts what happens on a bus, and tells it to the spy. */
export class Recorder {
  readonly #spy: MessageSpy;
  readonly #counts = { sent: 0, notSent: 0, received: 0, invalid: 0, redelivered: 0, acknowledged: 0 };

  constructor(spy: MessageSpy) {
    this.#spy = spy;
  }

  stats(): BusStats {
    return { ...this.#counts };
  }

  sent(facts: Pick<MessageEvent, "target" | "key" | "raw">): void {
    this.#counts.sent += 1;
    this.#spy.record({ stage: "sent", ...facts, message: messageIn(facts.raw) });
  }

  notSent(): void {
    this.#counts.notSent += 1;
  }

  received(facts: ReceivedFacts, unknownKinds: UnknownKinds | undefined): void {
    const message = messageIn(facts.raw);
    const isValid = message !== undefined && (message.kind !== "unknown" || unknownKinds === "pass");
    this.#counts.received += 1;
    if (!isValid) this.#counts.invalid += 1;
    if (facts.attempt !== undefined && facts.attempt > 1) this.#counts.redelivered += 1;
    this.#spy.record({ stage: "received", ...placeOf(facts), message });
  }

  acknowledged(facts: ReceivedFacts): void {
    this.#counts.acknowledged += 1;
    this.#spy.record({ stage: "acknowledged", ...placeOf(facts), message: messageIn(facts.raw) });
  }
}

function placeOf({
  target,
  groupId,
  key,
  attempt,
  raw,
}: ReceivedFacts): Omit<MessageEvent, "stage" | "message"> {
  return { target, groupId, key, attempt, raw };
}

function messageIn(text: string): MessageEvent["message"] {
  try {
    return decodeMessage(text, { unknownKinds: "pass" });
  } catch (thrown) {
    if (InvalidBodyError.isInstance(thrown)) return undefined;
    throw thrown;
  }
}
