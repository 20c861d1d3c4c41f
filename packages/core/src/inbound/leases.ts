import type { Clock, Random } from "../clock.ts";
import { messageOf } from "../errors/wirekit-error.ts";
import { Faults } from "../kit/faults.ts";
import type { Resolved } from "../kit/option-checks.ts";
import { option } from "../kit/option-rules.ts";
import { readOptions } from "../kit/read-options.ts";
import { backoffMs } from "../retry-policy.ts";
import type { Lease } from "./delivery.ts";
import { LeaseLostError } from "./delivery.ts";
import { RenewableLease } from "./renewable-lease.ts";
import { TimerWheel } from "./timer-wheel.ts";

/** One lease of those that are due. */
export interface LeaseRenewal<Subject> {
  readonly subject: Subject;
  /** How long it should last from now: less than usual when `maxTotalMs` is near. */
  readonly durationMs: number;
}

/** What became of one renewal. */
export type LeaseRenewalResult =
  /** It lasts `durationMs` from now. Default: as long as the renewal says. */
  | { readonly kind: "renewed"; readonly durationMs?: number | undefined }
  /** The peer says that another consumer has it. */
  | { readonly kind: "lost"; readonly error?: unknown }
  /** It is tried again until it expires. */
  | { readonly kind: "failed"; readonly error?: unknown };

/** How long leases last and how they are renewed. */
export interface LeasesOptions<Subject> {
  /**
   * How long a lease lasts after the receive and after each renewal, in milliseconds: the visibility
   * time-out.
   */
  readonly durationMs: number;
  /**
   * Renews what is due, in one call, and returns what became of each, in their order. If it throws, all have
   * failed.
   */
  readonly renew: (batch: readonly LeaseRenewal<Subject>[]) => Promise<readonly LeaseRenewalResult[]>;
  /** The share of its duration after which a lease is renewed, give or take a tenth of that. Default 0.5. */
  readonly renewAt?: number | undefined;
  /**
   * The most that a lease lasts in all, renewals included, in milliseconds: on SQS 12 hours. Default: no
   * limit.
   */
  readonly maxTotalMs?: number | undefined;
  readonly clock?: Clock | undefined;
  readonly random?: Random | undefined;
}

/** What {@link Leases} holds now, and what became of renewals since it was made. */
export interface LeaseStats {
  readonly held: number;
  readonly renewed: number;
  readonly failedRenewals: number;
  readonly lost: number;
}

const rules = {
  durationMs: option.durationMs({ minimum: 1, presence: "required" }),
  renew: option.fn({ presence: "required" }),
  renewAt: option.number({ minimum: 0.1, maximum: 0.8, default: 0.5 }),
  maxTotalMs: option.number({ minimum: 1, unlimited: "allowed", default: Number.POSITIVE_INFINITY }),
  clock: option.clock(),
  random: option.random(),
};

/**
 * How many ticks there are in a lease's duration. Leases that are due within one tick are renewed in one
 * call.
 */
const ticksPerLease = 40;

/**
 * Keeps the right to messages from the receive until they are settled, whether they run or wait behind a slow
 * one. A lease that cannot be renewed counts as lost a little before it expires (a tenth of its duration at
 * most), when no other consumer has the message yet.
 *
 * Durations are measured on the monotonic clock from before each request, so that neither a jump of the wall
 * clock nor a slow network makes a lease look longer than it is.
 */
export class Leases<Subject> {
  readonly #options: Resolved<LeasesOptions<Subject>>;
  readonly #wheel: TimerWheel<RenewableLease<Subject>>;
  readonly #tickMs: number;
  readonly #counts = { held: 0, renewed: 0, failedRenewals: 0, lost: 0 };

  /** @throws ConfigError naming every option at fault. */
  constructor(options: LeasesOptions<Subject>) {
    const faults = new Faults();
    this.#options = readOptions(options, rules, faults) as unknown as Resolved<LeasesOptions<Subject>>;
    faults.throwIfAny();
    const { durationMs, clock } = this.#options;
    this.#tickMs = durationMs / ticksPerLease;
    this.#wheel = new TimerWheel({ tickMs: this.#tickMs, clock, onDue: (leases) => this.#wake(leases) });
  }

  /**
   * Begins to keep a lease.
   *
   * @param since when it began, on the monotonic clock: when the receive was answered. Default: now.
   */
  start(subject: Subject, { since }: { readonly since?: number | undefined } = {}): Lease {
    const { clock, durationMs } = this.#options;
    const startedAt = since ?? clock.monotonic();
    const lease = new RenewableLease(subject, {
      startedAt,
      expiresAt: startedAt + durationMs,
      clock,
      onEnd: (ended) => {
        this.#counts.held -= 1;
        this.#wheel.remove(ended);
      },
    });
    this.#counts.held += 1;
    this.#scheduleRenewal(lease, startedAt, durationMs);
    return lease;
  }

  /** Ends all leases, without calling their listeners. */
  endAll(): void {
    for (const lease of this.#wheel.clear()) lease.end();
  }

  stats(): LeaseStats {
    return { ...this.#counts };
  }

  #scheduleRenewal(lease: RenewableLease<Subject>, from: number, durationMs: number): void {
    const { renewAt, random } = this.#options;
    lease.next = "renewal";
    this.#wheel.schedule(lease, from + durationMs * renewAt * (0.9 + 0.2 * random()));
  }

  /** When to give up a lease that has not been renewed: early enough to stop its handler. */
  #deadlineOf(lease: RenewableLease<Subject>): number {
    return lease.expiresAt - 2 * this.#tickMs;
  }

  #scheduleDeadline(lease: RenewableLease<Subject>): void {
    lease.next = "deadline";
    this.#wheel.schedule(lease, this.#deadlineOf(lease));
  }

  #wake(leases: readonly RenewableLease<Subject>[]): void {
    const now = this.#options.clock.monotonic();
    const due: LeaseRenewal<Subject>[] = [];
    const renewed: RenewableLease<Subject>[] = [];
    for (const lease of leases) {
      const durationMs = this.#extensionOf(lease, now);
      if (lease.next === "deadline" || now >= this.#deadlineOf(lease))
        this.#lose(lease, "expired", lease.lastError);
      else if (durationMs === undefined) this.#scheduleDeadline(lease);
      else {
        renewed.push(lease);
        due.push({ subject: lease.subject, durationMs });
        // The renewal may never be answered.
        this.#scheduleDeadline(lease);
      }
    }
    if (due.length > 0) void this.#renew(renewed, due, now);
  }

  /**
   * For how long a lease can be renewed now; `undefined` if that is less than a tick longer than it lasts
   * anyway.
   */
  #extensionOf(lease: RenewableLease<Subject>, now: number): number | undefined {
    const { durationMs, maxTotalMs } = this.#options;
    const longest = Math.min(durationMs, lease.startedAt + maxTotalMs - now);
    return now + longest > lease.expiresAt + this.#tickMs ? longest : undefined;
  }

  async #renew(
    leases: readonly RenewableLease<Subject>[],
    batch: readonly LeaseRenewal<Subject>[],
    sentAt: number,
  ): Promise<void> {
    const results = await this.#askToRenew(batch);
    for (const [index, lease] of leases.entries()) {
      // Settled or given up meanwhile. A lease that was given up stays lost.
      if (lease.state !== "held") continue;
      const { kind, durationMs = Number.POSITIVE_INFINITY, error } = results[index] ?? { kind: "failed" };
      const askedMs = batch[index]?.durationMs ?? 0;
      if (kind === "renewed") this.#extend(lease, sentAt, Math.min(durationMs, askedMs));
      else if (kind === "lost") this.#lose(lease, "refused", error);
      else this.#tryLater(lease, error);
    }
  }

  async #askToRenew(batch: readonly LeaseRenewal<Subject>[]): Promise<readonly RenewalAnswer[]> {
    try {
      const results: unknown = await this.#options.renew(batch);
      if (Array.isArray(results) && results.length === batch.length) return results.map(readAnswer);
      return batch.map(() => ({ kind: "failed", error: new Error("the number of results is wrong") }));
    } catch (error) {
      return batch.map(() => ({ kind: "failed", error }));
    }
  }

  #extend(lease: RenewableLease<Subject>, sentAt: number, durationMs: number): void {
    this.#counts.renewed += 1;
    lease.failures = 0;
    lease.lastError = undefined;
    lease.expiresAt = sentAt + durationMs;
    this.#scheduleRenewal(lease, sentAt, durationMs);
  }

  #tryLater(lease: RenewableLease<Subject>, error: unknown): void {
    const { durationMs, clock, random } = this.#options;
    this.#counts.failedRenewals += 1;
    lease.failures += 1;
    lease.lastError = error;
    const policy = { baseDelayMs: durationMs / 20, maxDelayMs: durationMs / 5 };
    // At least a tick: a peer that refuses at once must not be asked in a tight loop.
    const at = clock.monotonic() + this.#tickMs + backoffMs(lease.failures, policy, random);
    if (at >= this.#deadlineOf(lease)) return;
    lease.next = "renewal";
    this.#wheel.schedule(lease, at);
  }

  #lose(lease: RenewableLease<Subject>, how: "refused" | "expired", cause: unknown): void {
    this.#wheel.remove(lease);
    this.#counts.held -= 1;
    this.#counts.lost += 1;
    const why = how === "refused" ? "the peer does not renew it" : "it was not renewed in time";
    lease.lose(new LeaseLostError(cause === undefined ? why : `${why}: ${messageOf(cause)}`, { cause }));
  }
}

interface RenewalAnswer {
  readonly kind: unknown;
  readonly durationMs?: number | undefined;
  readonly error?: unknown;
}

/** Reads an answer of the user's `renew`. Anything that is not an object counts as a failure. */
function readAnswer(answer: unknown): RenewalAnswer {
  if (typeof answer !== "object" || answer === null) return { kind: "failed" };
  const { kind, durationMs, error } = answer as { kind?: unknown; durationMs?: unknown; error?: unknown };
  // A duration of 0 or less, or that is not a number, is ignored.
  const isDuration = typeof durationMs === "number" && durationMs > 0;
  return { kind, error, durationMs: isDuration ? durationMs : undefined };
}
