import type { SendStats } from "@wirekit/core";
import type { BatcherStats } from "@wirekit/core/outbound";

/** What a publisher has done. */
export interface PublisherStats {
  readonly sends: SendStats;
  /** By the topic's ARN. */
  readonly topics: Readonly<Record<string, TopicStats>>;
}

/** What is held for a topic, and what became of what was. */
export type TopicStats = Omit<BatcherStats, "accepted" | "pending">;

/**
 * The counters of a publisher.
 *
 * @param ended counts what ended before it came to its batcher.
 * @param preparing how many have yet to come to theirs.
 */
export function publisherStats(
  byArn: Readonly<Record<string, BatcherStats>>,
  ended: SendStats,
  preparing: number,
): PublisherStats {
  const own = { ...ended, accepted: ended.accepted + preparing, pending: preparing };
  const topics = Object.entries(byArn).map(([arn, { accepted: _, pending: __, ...rest }]) => [arn, rest]);
  return {
    sends: Object.values(byArn).reduce(addSends, own),
    topics: Object.fromEntries(topics),
  };
}

function addSends(sum: SendStats, topic: SendStats): SendStats {
  return {
    accepted: sum.accepted + topic.accepted,
    delivered: sum.delivered + topic.delivered,
    rejected: sum.rejected + topic.rejected,
    notSent: sum.notSent + topic.notSent,
    dropped: sum.dropped + topic.dropped,
    expired: sum.expired + topic.expired,
    unconfirmed: sum.unconfirmed + topic.unconfirmed,
    pending: sum.pending + topic.pending,
  };
}
