import { expect, it } from "@jest/globals";
import { ConfigError, silentLogger, WirekitError } from "../index.ts";
import type { Deadline } from "../kit/deadline.ts";
import { createConsumer } from "./consumer.ts";
import type { Delivery, Settlement } from "./delivery.ts";
import { LazySource } from "./lazy-source.ts";
import type { Intake, Source } from "./source.ts";

type Text = Delivery<string>;

/** Gives one delivery, and remembers what it is told. */
class OneDelivery implements Source<Text> {
  readonly redelivery = "by-queue";
  readonly told: unknown[] = [];

  async run(intake: Intake<Text>, { signal }: { readonly signal: AbortSignal }): Promise<void> {
    intake.add({ id: "1", attempt: 1, body: "hello" });
    await new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve()));
  }
  settle(delivery: Text, { kind }: Settlement<Text>): void {
    this.told.push([delivery.id, kind]);
  }
  release(deliveries: readonly Text[]): void {
    this.told.push(["released", ...deliveries.map(({ id }) => id)]);
  }
  close({ deadline }: { readonly deadline: Deadline }): void {
    this.told.push(["closed", deadline.leftMs() > 0]);
  }
  details() {
    return { isOpen: true };
  }
}

const decode = ({ body }: Text) => body;

it("opens its source when the consumer begins to receive, and passes everything on", async () => {
  const opened = new OneDelivery();
  let openings = 0;
  const source = new LazySource<Text>({
    redelivery: "by-queue",
    open: async () => {
      openings += 1;
      return opened;
    },
  });
  expect([openings, source.details()]).toEqual([0, {}]);
  const consumer = createConsumer({ source, decode, logger: silentLogger }, () => {});
  await new Promise((resolve) => consumer.on("processed", resolve));
  expect(consumer.health()).toMatchObject({ status: "ok", source: { isOpen: true } });
  await consumer.close();
  await source.release([{ id: "2", attempt: 1, body: "" }]);
  expect([openings, opened.told]).toEqual([
    1,
    [
      ["1", "done"],
      ["closed", true],
      ["released", "2"],
    ],
  ]);
});

it("tells in health() what keeps it from opening its source, until that is open", async () => {
  const opened = new OneDelivery();
  let open = (_source: Source<Text>): void => {};
  const source = new LazySource<Text>({
    redelivery: "by-queue",
    open: (_signal, onTrouble) => {
      onTrouble(new WirekitError("no such host", { code: "test/away", retryable: true }));
      return new Promise((resolve) => {
        open = resolve;
      });
    },
  });
  const consumer = createConsumer({ source, decode, logger: silentLogger }, () => {});
  await new Promise((resolve) => consumer.on("fault", resolve));
  expect(consumer.health()).toMatchObject({ status: "degraded", reasons: [{ code: "test/away" }] });
  open(opened);
  await new Promise((resolve) => consumer.on("recovered", resolve));
  expect(consumer.health()).toMatchObject({ status: "ok", reasons: [] });
  await consumer.close();
});

it("ends the consumer with the error of a source that cannot be opened", async () => {
  const error = new WirekitError("there is no such queue", { code: "test/missing" });
  const source = new LazySource<Text>({ redelivery: "in-place", open: () => Promise.reject(error) });
  const consumer = createConsumer({ source, decode, logger: silentLogger }, () => {});
  await expect(consumer.closed).rejects.toBe(error);
  expect(consumer.health()).toMatchObject({ status: "failed", source: {} });
  await expect(source.settle({ id: "1", attempt: 1, body: "" }, { kind: "done" })).rejects.toMatchObject({
    code: "wirekit/closed",
  });
});

it("lets a consumer name what is wrong with it beside its own faults, before anything is opened", () => {
  const source = new LazySource<Text>({
    redelivery: "by-queue",
    open: () => Promise.reject(new Error("was opened")),
    faults: [{ path: "waitTimeMs", message: "must be less" }],
  });
  const start = (concurrency: number, maxAttempts: number) => () =>
    createConsumer({ source, decode, concurrency, retry: { maxAttempts }, logger: silentLogger }, () => {});
  expect(start(0, 0)).toThrow(/concurrency.*maxAttempts.*waitTimeMs/);
  expect(start(1, 1)).toThrow(ConfigError);
});

it("tells of what was handled once that is acknowledged, and of nothing else", async () => {
  const opened = new OneDelivery();
  const source = new LazySource<Text>({
    redelivery: "by-queue",
    open: async () => opened,
    onDone: async ({ id }) => void opened.told.push(["told of", id]),
  });
  const consumer = createConsumer({ source, decode, logger: silentLogger }, () => {});
  await new Promise((resolve) => consumer.on("processed", resolve));
  await source.settle({ id: "2", attempt: 1, body: "" }, { kind: "retry", afterMs: 0 });
  await consumer.close();
  expect(opened.told.slice(0, 3)).toEqual([
    ["1", "done"],
    ["told of", "1"],
    ["2", "retry"],
  ]);
});
