import { setImmediate as turn } from "node:timers/promises";
import { afterEach, beforeEach, expect, it } from "@jest/globals";
import { silentLogger } from "@wirekit/core";
import { MemoryIdempotencyStore } from "@wirekit/core/inbound";
import { ManualClock } from "@wirekit/core/testing";
import { MemoryMessageBus } from "@wirekit/message-bus";
import type { Payment } from "./payment.ts";
import { type PaymentAnswer, PaymentDesk } from "./payment-desk.ts";
import { type BookPayment, startPaymentService } from "./payment-service.ts";
import { paymentTargets } from "./payment-targets.ts";

// The service is tested as any service on a bus can be: on the one in memory, whose time passes without
// waiting.

const targets = paymentTargets();
const serviceToken = "test.token";
let clock: ManualClock;
let bus: MemoryMessageBus;
let desk: PaymentDesk;
let booked: string[];

beforeEach(() => {
  clock = new ManualClock();
  bus = new MemoryMessageBus({ clock, logger: silentLogger });
  desk = new PaymentDesk(bus, { targets, serviceToken });
  booked = [];
});

afterEach(() => bus.close());

function startService(bookPayment: BookPayment = async ({ reference }) => void booked.push(reference)) {
  return startPaymentService(bus, {
    targets,
    bookPayment,
    idempotencyStore: new MemoryIdempotencyStore({ clock }),
    serviceToken,
  });
}

function payment(reference: string, customer = "customer-1"): Payment {
  return { idempotencyKey: `key-of-${reference}`, customer, reference, currency: "EUR", value: "12.50" };
}

it("books a payment and answers it, under the key of its customer", async () => {
  startService();
  await desk.pay(payment("a"));
  const { message, key } = await bus.waitForMessage(({ kind }) => kind === "STATUS_UPDATE");
  expect(message).toMatchObject({ payload: { reference: "a", status: "BOOKED" } });
  expect(key).toBe("customer-1");
  expect(booked).toEqual(["a"]);
});

it("tells the desk of each answer", async () => {
  const answers: PaymentAnswer[] = [];
  desk.hearAnswers((answer) => answers.push(answer));
  startService();
  await desk.pay(payment("a"));
  await bus.waitForMessage(({ kind }) => kind === "STATUS_UPDATE", { stage: "acknowledged" });
  expect(answers).toMatchObject([{ reference: "a", status: "BOOKED" }]);
});

it("books a payment once that is asked for twice", async () => {
  const service = startService();
  await desk.pay(payment("a"));
  await desk.pay(payment("a"));
  await desk.pay(payment("b"));
  await bus.waitForMessage((message) => message.kind === "PAYMENT" && message.payload.reference === "b", {
    stage: "acknowledged",
  });
  expect(booked).toEqual(["a", "b"]);
  expect(service.stats()).toMatchObject({ duplicates: 1 });
});

it("gives up a payment after three attempts, while only its customer's next one waits", async () => {
  const attempts: string[] = [];
  startService(async ({ reference }) => {
    attempts.push(reference);
    if (reference === "poison") throw new Error("There is no such account");
  });
  const isOf = (reference: string) => (message: { readonly kind: string; readonly payload: object }) =>
    message.kind === "PAYMENT" && "reference" in message.payload && message.payload.reference === reference;
  await desk.pay(payment("poison"));
  await desk.pay(payment("behind it"));
  await desk.pay(payment("another's", "customer-2"));
  await bus.waitForMessage(isOf("another's"), { stage: "acknowledged" });
  expect(attempts).toEqual(["poison", "another's"]);

  while (attempts.filter((reference) => reference === "poison").length < 3) {
    await clock.advance(100);
    await turn();
  }
  await bus.waitForMessage(isOf("behind it"), { stage: "acknowledged" });
  expect(attempts).toEqual(["poison", "another's", "poison", "poison", "behind it"]);
  const dead = await bus.receiveMessage({ target: targets.deadLetters });
  expect(dead).toMatchObject({ key: "customer-1", headers: { "dead-letter-reason": "attempts-exhausted" } });
});

it("answers what it has booked also when it is to end meanwhile", async () => {
  let finish: () => void = () => {};
  const begun = new Promise<void>((resolve) => {
    startService(async ({ reference }) => {
      await new Promise<void>((booking) => {
        finish = booking;
        resolve();
      });
      booked.push(reference);
    });
  });
  await desk.pay(payment("a"));
  await begun;
  const closing = bus.close();
  finish();
  expect(await closing).toMatchObject({ notHandled: 0 });
  expect(booked).toEqual(["a"]);
  expect(bus.stats()).toMatchObject({ sends: { delivered: 2 }, acknowledged: 1 });
});
