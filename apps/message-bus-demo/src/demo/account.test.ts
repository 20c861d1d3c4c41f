import { expect, it } from "@jest/globals";
import type { Booking } from "../ledger.ts";
import type { Payment } from "../payment.ts";
import { accountOf } from "./account.ts";

function payment(reference: string): Payment {
  const [customer = ""] = reference.split("/");
  return { idempotencyKey: `key-of-${reference}`, customer, reference, currency: "EUR", value: "1.00" };
}

function booked(reference: string, bookedBy = "one"): Booking {
  return { ...payment(reference), bookedBy };
}

const sent = ["a/1", "b/1", "a/2", "b/2"].map(payment);

it("adds up when every payment is booked, in the order of its customer", () => {
  const bookings = ["b/1", "a/1", "a/2", "b/2"].map((reference) => booked(reference));
  const answers = ["a/1", "a/2", "b/1", "b/2", "a/1"];
  expect(accountOf({ sent, bookings, deadLetters: [], answers })).toEqual({
    sent: 4,
    booked: 4,
    deadLettered: 0,
    lost: 0,
    outOfOrder: 0,
    bookedAgain: [],
    answered: 4,
  });
});

it("finds what is lost, and what is a dead letter instead", () => {
  const deadLetters = ["key-of-a/2"];
  const account = accountOf({
    sent,
    bookings: [booked("a/1"), booked("b/1")],
    deadLetters,
    answers: ["a/1"],
  });
  expect(account).toMatchObject({ booked: 2, deadLettered: 1, lost: 1, answered: 1 });
});

it("finds what was booked after a later payment of the same customer", () => {
  const bookings = [booked("a/2"), booked("a/1"), booked("b/1"), booked("b/2")];
  expect(accountOf({ sent, bookings, deadLetters: [], answers: [] })).toMatchObject({
    booked: 4,
    outOfOrder: 1,
  });
});

it("says who booked again what another one had booked, and does not call that out of order", () => {
  const bookings = [booked("a/1"), booked("a/2"), booked("a/1", "two"), booked("b/1"), booked("b/2", "two")];
  expect(accountOf({ sent, bookings, deadLetters: [], answers: [] })).toMatchObject({
    booked: 4,
    outOfOrder: 0,
    bookedAgain: [{ reference: "a/1", first: "one", again: "two" }],
  });
});
