import { ConnectionError } from "../../src/index.ts";
import type { ConformancePeer, PeerBehaviour } from "../../src/testing/index.ts";

/** The connection broke after the request had gone out. */
export class BrokenOff extends ConnectionError {}

/** A peer in the same process. What it takes, it counts. */
export class FakePeer implements ConformancePeer {
  #behaviour: PeerBehaviour = "works";
  #received = 0;
  readonly #unanswered: (() => void)[] = [];

  /** Takes `count` messages in one request. Resolves with its acknowledgement. */
  async request(count: number): Promise<void> {
    if (this.#behaviour === "unreachable")
      throw new ConnectionError("The peer cannot be reached: is it running?");
    this.#received += count;
    if (this.#behaviour === "resets") throw new BrokenOff("The connection broke");
    if (this.#behaviour === "silent") await new Promise<void>((resolve) => this.#unanswered.push(resolve));
  }

  received(): number {
    return this.#received;
  }

  become(behaviour: PeerBehaviour): void {
    this.#behaviour = behaviour;
  }

  answerLate(): void {
    for (const answer of this.#unanswered.splice(0)) answer();
  }
}
