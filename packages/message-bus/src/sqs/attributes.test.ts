import { expect, it } from "@jest/globals";
import { fromAttributes, toAttributes } from "./attributes.ts";

const text = (StringValue: string) => ({ DataType: "String", StringValue });

it("puts headers beside a body, and reads them back", () => {
  const headers = { traceparent: "00-1-2-01", "MYKOBO.Process": "ledger" };
  expect(toAttributes(headers)).toEqual({
    traceparent: text("00-1-2-01"),
    "MYKOBO.Process": text("ledger"),
  });
  expect(fromAttributes(toAttributes(headers))).toEqual(headers);
  expect(fromAttributes(undefined)).toEqual({});
});

it("leaves out what SQS would refuse the whole message for", () => {
  const illegal = {
    "": "a",
    "with blank": "a",
    ".begins": "a",
    "ends.": "a",
    "two..dots": "a",
    "AWS.own": "a",
    "amazon.own": "a",
    ["n".repeat(257)]: "a",
    empty: "",
    control: "\u0000",
    lone: "\uD800",
  };
  expect(toAttributes({ ...illegal, awsome: "Zoë 🥝\n" })).toEqual({ awsome: text("Zoë 🥝\n") });
});

it("takes no more than ten, and of those first what says why a message was given up", () => {
  const own = Object.fromEntries(Array.from({ length: 12 }, (_, n) => [`own-${n}`, "a"]));
  const names = Object.keys(toAttributes({ ...own, "dead-letter-reason": "invalid" }));
  expect(names).toEqual(["dead-letter-reason", ...Array.from({ length: 9 }, (_, n) => `own-${n}`)]);
});

it("reads numbers as the text they are, and passes over bytes", () => {
  const number = { DataType: "Number", StringValue: "12" };
  const bytes = { DataType: "Binary", BinaryValue: new Uint8Array([1]) };
  expect(fromAttributes({ number, bytes })).toEqual({ number: "12" });
});
