import { describe, expect, it } from "@jest/globals";
import { FakeSqs } from "../../test/fake-sqs.ts";
import { namesByGroup } from "../aws/failure-table.ts";
import { toAwsError } from "../aws/index.ts";
import { createConsumer } from "../inbound/index.ts";
import { silentLogger } from "../index.ts";
import { ManualClock } from "../testing/manual-clock.ts";
import type { SqsDelivery } from "./sqs-delivery.ts";
import { SqsSource } from "./sqs-source.ts";

/** A consumer in simulated time, whose receives are answered by `receive`. */
function start(receive: (count: number) => Promise<object>) {
  const sqs = new FakeSqs();
  let receives = 0;
  sqs.receiveMessage = async () => {
    receives += 1;
    return receive(receives);
  };
  const clock = new ManualClock();
  const common = { clock, random: () => 0.5, logger: silentLogger };
  const queueUrl = "https://sqs.example.com/1/orders";
  const consumer = createConsumer<SqsDelivery, string>(
    {
      ...common,
      source: new SqsSource({ ...common, sqs, queueUrl, maxReceives: 1 }),
      concurrency: 100,
      decode: ({ body }) => body,
    },
    () => {},
  );
  let ended: unknown;
  consumer.closed.catch((error: unknown) => {
    ended = error;
  });
  return { consumer, clock, receives: () => receives, ended: () => ended };
}

const statusOf = (group: string) => {
  if (group === "policy" || group === "identity") return 403;
  return group === "transient" ? 500 : 400;
};
/** A receive that found nothing, after its long poll. */
const nothing = (clock: ManualClock) =>
  new Promise<object>((resolve) => clock.setTimer(() => resolve({}), 20_000));

const tries: Readonly<Record<string, number>> = { gone: 1, policy: 5 };
/** The ways in which services write a name: each gets one in turn. */
const spellings: readonly ((name: string) => string)[] = [
  (name) => name,
  (name) => `${name}Exception`,
  (name) => `AWS.SimpleQueueService.${name}`,
  (name) => `com.amazonaws.sqs#${name}`,
];
const names = namesByGroup().map(([name, group], index) => ({
  written: spellings[index % spellings.length]?.(name) ?? name,
  group,
  status: statusOf(group),
}));

describe("of all that AWS can answer to a receive", () => {
  const final = names.filter(({ group }) => group in tries);
  const passing = names.filter(({ group }) => !(group in tries));

  it.each(final)("$written ends a consumer, as it is certain that no later one can succeed", async (each) => {
    const { written: name, group, status } = each;
    const error = toAwsError("Receiving", { name, $metadata: { httpStatusCode: status } });
    const { consumer, clock, receives, ended } = start(() => Promise.reject(error));
    await clock.advance(60_000);
    expect(ended()).toBe(error);
    expect(receives()).toBe(tries[group]);
    expect(consumer.health()).toMatchObject({ status: "failed", reasons: [{ message: error.message }] });
  });

  it.each(passing)("$written does not, however long it lasts: health() says it meanwhile", async (each) => {
    const { written: name, status } = each;
    const error = toAwsError("Receiving", { name, $metadata: { httpStatusCode: status } });
    let isBroken = true;
    const { consumer, clock, ended } = start(() => (isBroken ? Promise.reject(error) : nothing(clock)));
    await clock.advance(1);
    for (let minute = 0; minute < 10; minute += 1) {
      expect(consumer.health()).toMatchObject({ status: "degraded", reasons: [{ message: error.message }] });
      await clock.advance(60_000);
    }
    isBroken = false;
    await clock.advance(60_000);
    expect([ended(), consumer.health().status]).toEqual([undefined, "ok"]);
    const closing = consumer.close();
    await clock.advance(20_000);
    await closing;
  });
});

const denied = toAwsError("Receiving", { name: "AccessDenied", $metadata: { httpStatusCode: 403 } });
const down = toAwsError("Receiving", { code: "ECONNREFUSED" });

it("counts refusals in a row: one that passes in between starts anew", async () => {
  const { clock, receives, ended, consumer } = start((count) => {
    if (count % 5 === 0) return nothing(clock);
    return Promise.reject(count % 5 === 2 ? down : denied);
  });
  await clock.advance(600_000);
  expect(ended()).toBeUndefined();
  expect(receives()).toBeGreaterThan(20);
  const closing = consumer.close();
  await clock.advance(20_000);
  await closing;
});
