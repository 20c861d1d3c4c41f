import type { MessageBus, SendOptions } from "../../src/index.ts";

/** A bus under test, and what the contract needs to know and to do besides. */
export interface ContractBus {
  readonly bus: MessageBus;
  /** A queue or topic to which nothing was ever sent. */
  newTarget(): Promise<string>;
  /** Puts any text on a target, past the bus, as a stranger would. */
  sendText(text: string, options: Pick<SendOptions, "target" | "key">): Promise<unknown>;
  /** Settles as `outcome` does; lets time pass for the bus meanwhile. */
  eventually<T>(outcome: Promise<T>): Promise<T>;
  /** Lets more time pass than a message is held for without being renewed. */
  outlastVisibility(): Promise<void>;
  /**
   * Another bus on the same broker, as another process would have it; the same one where the broker is the
   * bus.
   */
  another(): Promise<MessageBus>;
  /** Closes all that was opened. */
  close(): Promise<void>;
}

/** What a bus is, where buses differ by nature. */
export interface ContractTraits {
  /** Whether each of several groups receives every message; a queue has none. */
  readonly groups: "independent" | "none";
  /** What makes a message come again that was received and never acknowledged. */
  readonly comesAgain: "when its time is over" | "when its receiver is gone";
  /**
   * Whether a key travels with its message and keeps order; a standard queue of SQS has none. Default
   * `"kept"`.
   */
  readonly keys?: "kept" | "not-carried";
  /**
   * What becomes of a message that is sent twice; a FIFO queue of SQS takes the second for the first. Default
   * `"delivered"`.
   */
  readonly copies?: "delivered" | "dropped";
}
