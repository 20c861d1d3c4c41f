import assert from "node:assert/strict";
import type { Client, CloseReport } from "../../contract.ts";
import { until } from "../until.ts";
import { account, type SendTotals } from "./accounts.ts";
import type { ClientHarness, ClientOptions, ConformancePeer, PeerBehaviour } from "./harness.ts";
import { watchProcess } from "./watch-process.ts";

/** How a case begins. */
export interface StageOptions {
  /** What the peer does when the client is made. Default `"works"`. */
  readonly behaviour?: PeerBehaviour | undefined;
  readonly overrides?: ClientOptions | undefined;
}

/** One client with its peer, for one case. */
export class Stage {
  readonly harness: ClientHarness;
  readonly peer: ConformancePeer;
  readonly client: Client<unknown>;

  constructor(harness: ClientHarness, peer: ConformancePeer, client: Client<unknown>) {
    this.harness = harness;
    this.peer = peer;
    this.client = client;
  }

  /** Starts a send. What it rejects with is looked at later, or not at all. */
  send(options: { readonly timeoutMs?: number; readonly signal?: AbortSignal } = {}): Promise<unknown> {
    assert.ok(this.harness.send);
    const sending = this.harness.send(this.client, options);
    sending.catch(() => undefined);
    return sending;
  }

  /** Sends a message, which must be delivered. */
  async deliver(): Promise<void> {
    try {
      await this.inTime("a send", this.send());
    } catch (thrown) {
      if (thrown instanceof assert.AssertionError) throw thrown;
      assert.fail(`a send to a peer that works failed: ${thrown}`);
    }
  }

  /** What a send rejects with. Fails if it resolves, and if it does neither in time. */
  async failureOf(sending: Promise<unknown>): Promise<unknown> {
    const outcome = await this.inTime(
      "a send",
      sending.then(
        () => ({ isFailure: false }) as const,
        (thrown: unknown) => ({ isFailure: true, thrown }) as const,
      ),
    );
    assert.ok(outcome.isFailure, "the send resolved, and must have failed");
    return outcome.thrown;
  }

  /** Sends until it succeeds: a client needs time to see that its peer works again. */
  async sendUntilDelivered(): Promise<void> {
    await this.until("a send is delivered again", async () => {
      try {
        await this.inTime("a send", this.send());
        return true;
      } catch (thrown) {
        if (thrown instanceof assert.AssertionError) throw thrown;
        return false;
      }
    });
  }

  /**
   * Starts a send, and waits until its message has reached the peer. Returns an object, because a promise
   * would be awaited.
   */
  async sendToPeer(signal?: AbortSignal): Promise<{ readonly sending: Promise<unknown> }> {
    const before = this.peer.received();
    const sending = this.send(signal === undefined ? {} : { signal });
    await this.until("the message reaches the peer", () => this.peer.received() > before);
    return { sending };
  }

  account(): SendTotals {
    return account(this.harness, this.client);
  }

  close(timeoutMs = 10_000): Promise<CloseReport<unknown>> {
    return this.inTime("close", this.client.close({ timeoutMs }));
  }

  until(what: string, condition: () => boolean | Promise<boolean>): Promise<void> {
    return until(condition, { timeoutMs: patienceMs(this.harness) }).catch((cause: unknown) => {
      if (cause instanceof assert.AssertionError) throw cause;
      throw new assert.AssertionError({ message: `it never came so far that ${what}: ${cause}` });
    });
  }

  inTime<T>(what: string, promise: Promise<T>): Promise<T> {
    return inTime(this.harness, what, promise);
  }
}

/** Settles as `promise` does; fails when it hangs. */
export async function inTime<T>(
  harness: { readonly patienceMs?: number | undefined },
  what: string,
  promise: Promise<T>,
): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const hangs = new Promise<never>((_, reject) => {
    const limitMs = patienceMs(harness);
    const message = `${what} did not end within ${limitMs} ms`;
    timer = setTimeout(() => reject(new assert.AssertionError({ message })), limitMs);
  });
  try {
    return await Promise.race([promise, hangs]);
  } finally {
    clearTimeout(timer);
  }
}

const patienceMs = (harness: { readonly patienceMs?: number | undefined }): number =>
  harness.patienceMs ?? 30_000;

/** Runs a case with a client and a peer of its own, and lets go of both. */
export function onStage(
  harness: ClientHarness,
  act: (stage: Stage) => Promise<void>,
  { behaviour = "works", overrides = {} }: StageOptions = {},
): () => Promise<void> {
  return () =>
    watchProcess(() =>
      withPeer(harness, async (peer) => {
        if (behaviour !== "works") await peer.become(behaviour);
        const stage = new Stage(harness, peer, await harness.create(peer, overrides));
        try {
          await act(stage);
        } finally {
          await stage.inTime("close", stage.client.close({ timeoutMs: 100 }));
        }
      }),
    );
}

/** Runs `act` with a peer that works. */
export async function withPeer(
  harness: ClientHarness,
  act: (peer: ConformancePeer) => Promise<void>,
): Promise<void> {
  const peer = await harness.startPeer();
  try {
    await act(peer);
  } finally {
    await peer.close?.();
  }
}
