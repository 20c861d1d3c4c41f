import { expect, it } from "@jest/globals";
import { ReceivedRecord, toReceived } from "./received.ts";
import { dictionaryOf, ReceivedInvalidError } from "./received-dictionary.ts";

const metaData = { source: "S", created_at: "now", token: "T", idempotency_key: "K" };

function received(body: unknown) {
  const raw = typeof body === "string" ? body : JSON.stringify(body);
  const texts = { target: "payments", receiptHandle: "handle", raw, headers: {} };
  return toReceived(new ReceivedRecord(texts), "pass");
}

it.each([
  ["a message", { reference: "R", status: "S" }, "STATUS_UPDATE"],
  ["fields that no payload knows", { reference: "R", status: "S", extra: [1] }, "STATUS_UPDATE"],
  // The original's own example of a plain dictionary.
  ["a payment without a direction", { external_reference: "E", currency: "EUR", value: "1" }, "PAYMENT"],
  ["numbers where text is due", { reference: 1, status: 2 }, "STATUS_UPDATE"],
  ["a kind that is not known", {}, "FROM_THE_FUTURE"],
])("gives %s as it stood on the wire", (_what, payload, instruction_type) => {
  const body = { meta_data: { ...metaData, instruction_type }, payload };
  expect(dictionaryOf(received(body))).toEqual({ handle: body });
});

it.each<[string, unknown]>([
  ["text that is not JSON", "not JSON"],
  ["JSON that is no object", "[]"],
  ["an envelope without metadata", { payload: {} }],
  ["an envelope without a kind", { meta_data: metaData, payload: {} }],
  ["an envelope without a payload", { meta_data: { ...metaData, instruction_type: "PAYMENT" } }],
  [
    "an envelope without a token",
    { meta_data: { ...metaData, token: " ", instruction_type: "MINT" }, payload: {} },
  ],
])("refuses %s, with the body and the receipt handle", (_what, body) => {
  const fault = received(body);
  expect(() => dictionaryOf(fault)).toThrow(ReceivedInvalidError);
  try {
    dictionaryOf(fault);
  } catch (thrown) {
    expect((thrown as ReceivedInvalidError).received).toMatchObject({
      raw: fault.raw,
      receiptHandle: "handle",
    });
  }
});
