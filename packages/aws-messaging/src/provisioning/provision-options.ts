import { Faults, type OptionRule, option, readOptions } from "@wirekit/core/kit";

/** What is to exist for a topic. */
export interface ProvisionOptions {
  /**
   * How queues encrypt what they hold: with a key of SQS's own, with a KMS key, or not at all. Left as it is
   * unless said; AWS gives new queues a key of its own.
   */
  readonly encryption?: "sqs" | { readonly kmsKeyId: string } | "none" | undefined;
  /** How often a message is received before it goes to the dead-letter queue. Default 5. */
  readonly maxReceiveCount?: number | undefined;
  /** The queue's visibility time-out, in milliseconds, in whole seconds up to 12 hours. Default 30,000. */
  readonly visibilityTimeoutMs?: number | undefined;
  /**
   * How long a message is kept, in milliseconds, in whole seconds from a minute to 14 days. Default 4 days;
   * dead letters 14 days.
   */
  readonly retentionMs?: number | undefined;
  /** Whether SNS leaves its envelope out. Default `"raw"`. */
  readonly delivery?: "raw" | "wrapped" | undefined;
  /** The subscription takes only messages whose attributes fit: an SNS filter policy. */
  readonly filterPolicy?: Readonly<Record<string, unknown>> | undefined;
  /**
   * Whether a FIFO topic and its queue take equal bodies within five minutes for one message. Default
   * `"content"`.
   */
  readonly deduplication?: "content" | "id" | undefined;
  readonly signal?: AbortSignal | undefined;
}

const daySeconds = 86_400;

const rules = {
  encryption: option.custom<NonNullable<ProvisionOptions["encryption"]>>((value) =>
    isEncryption(value) ? undefined : 'must be "sqs", "none" or { kmsKeyId }',
  ),
  maxReceiveCount: option.whole({ minimum: 1, maximum: 1_000, default: 5 }),
  visibilityTimeoutMs: wholeSeconds(
    { minimum: 0, maximum: 43_200, default: 30_000 },
    "must be whole seconds up to 12 hours, in milliseconds",
  ),
  retentionMs: wholeSeconds(
    { minimum: 60, maximum: 14 * daySeconds, default: 4 * daySeconds * 1_000 },
    "must be whole seconds from a minute to 14 days, in milliseconds",
  ),
  delivery: option.oneOf(["raw", "wrapped"], { default: "raw" }),
  filterPolicy: option.custom<Readonly<Record<string, unknown>>>((value) =>
    typeof value === "object" && value !== null && !Array.isArray(value)
      ? undefined
      : "must be an SNS filter policy",
  ),
  deduplication: option.oneOf(["content", "id"], { default: "content" }),
  signal: option.signal(),
};

/** How long a dead letter is kept: as long as SQS allows. */
export const deadLetterRetentionMs = 14 * daySeconds * 1_000;

/** @throws ConfigError naming every option at fault. */
export function readProvisionOptions(topic: string, options: ProvisionOptions) {
  const faults = new Faults();
  if (typeof topic !== "string" || !/^[\w-]{1,200}(\.fifo)?$/.test(topic)) {
    const message = "must be letters, digits, - and _, with .fifo at the end of a FIFO topic";
    faults.add({ path: "topic", message });
  }
  const read = readOptions(options, rules, faults);
  faults.throwIfAny();
  return read;
}

function wholeSeconds(
  range: { readonly minimum: number; readonly maximum: number; readonly default: number },
  expected: string,
): OptionRule<number> {
  return option.custom<number, { readonly default: number }>(
    (value) => {
      const seconds = (value as number) / 1_000;
      const isFit = Number.isInteger(seconds) && seconds >= range.minimum && seconds <= range.maximum;
      return typeof value === "number" && isFit ? undefined : expected;
    },
    { default: range.default },
  );
}

function isEncryption(value: unknown): boolean {
  if (value === "sqs" || value === "none") return true;
  const { kmsKeyId } = (value ?? {}) as { readonly kmsKeyId?: unknown };
  return typeof kmsKeyId === "string" && kmsKeyId !== "";
}
