import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { count } from "@wirekit/demo-screen";
import type { SendManyReport } from "@wirekit/kindo-client";
import { writeOrderFile } from "./order-file.ts";
import { type Stage, withOrderService } from "./stage.ts";
import { type StepResult, stepOfReport } from "./tally.ts";

const messageCount = 1000;

/** A day's messages, from a file. */
export async function sendOrderDay(stage: Stage): Promise<StepResult> {
  const { screen, expectations, producer } = stage;
  screen.heading(`${count(messageCount)} messages from a JSONL file, 16 at a time`);

  const folder = await mkdtemp(join(tmpdir(), "kindo-client-demo-"));
  try {
    const path = join(folder, "orders.jsonl");
    await writeOrderFile(path, messageCount);
    const socketsBefore = producer.counters.sockets;
    const storedBefore = producer.stored.length;

    const startedAt = performance.now();
    const report = await sendShowingProgress(stage, path);
    const seconds = (performance.now() - startedAt) / 1000;

    const sockets = producer.counters.sockets - socketsBefore;
    const perSecond = count(Math.round(messageCount / seconds));
    screen.line(
      `${perSecond} messages a second, over ${sockets} connections, every one of them signed and verified.`,
    );

    const trackingIds = new Set(
      report.outcomes.flatMap((outcome) => (outcome.kind === "delivered" ? [outcome.trackingId] : [])),
    );
    expectations.expect(
      `the producer stored ${count(messageCount)} messages`,
      producer.stored.length - storedBefore === messageCount,
    );
    expectations.expect("each has a tracking id of its own", trackingIds.size === messageCount);
    expectations.expect("they went over at most 16 connections", sockets <= 16);
    return stepOfReport("messages from a file", report);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function sendShowingProgress(stage: Stage, path: string): Promise<SendManyReport> {
  const progress = stage.screen.progress(messageCount);
  try {
    return await withOrderService(stage, {}, (orders) =>
      orders.sendFile(path, { onProgress: ({ done }) => progress.update(done) }),
    );
  } finally {
    progress.end();
  }
}
