import { expect, it } from "@jest/globals";
import { fromAttributes, toAttributes } from "./attributes.ts";

const text = (StringValue: string) => ({ DataType: "String", StringValue });

it("puts headers beside a body, and reads them back", () => {
  const headers = { traceparent: "00-1-2-01", "MYKOBO.Process": "ledger" };
  expect(toAttributes({ headers })).toEqual({
    traceparent: text("00-1-2-01"),
    "MYKOBO.Process": text("ledger"),
  });
  expect(fromAttributes(toAttributes({ headers }), "{}")).toEqual({ headers });
  expect(fromAttributes(undefined, "{}")).toEqual({ headers: {} });
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
  expect(toAttributes({ headers: { ...illegal, awsome: "Zoë 🥝\n" } })).toEqual({ awsome: text("Zoë 🥝\n") });
});

it("takes no more than ten, and of those first what says why a message was given up", () => {
  const own = Object.fromEntries(Array.from({ length: 12 }, (_, n) => [`own-${n}`, "a"]));
  const names = Object.keys(toAttributes({ headers: { ...own, "dead-letter-reason": "invalid" } }));
  expect(names).toEqual(["dead-letter-reason", ...Array.from({ length: 9 }, (_, n) => `own-${n}`)]);
});

const typed = {
  number: { DataType: "Number", StringValue: "12.50" },
  bytes: { DataType: "Binary", BinaryValue: new Uint8Array([1, 255]) },
  picture: { DataType: "Binary.png", BinaryValue: new Uint8Array([137, 80]) },
  id: { DataType: "String.uuid", StringValue: "Zoë" },
  plain: text("plain"),
};

it("reads each data type as text, and keeps its bytes beside that", () => {
  const { headers, original } = fromAttributes(typed, "€");
  expect(headers).toEqual({
    number: "12.50",
    bytes: "\u0001\uFFFD",
    picture: "\uFFFDP",
    id: "Zoë",
    plain: "plain",
  });
  expect(original?.body).toEqual(Buffer.from("€"));
  expect(original?.headers.map(({ name, type, value }) => [name, type, [...(value ?? [])]])).toEqual([
    ["number", "Number", [...Buffer.from("12.50")]],
    ["bytes", "Binary", [1, 255]],
    ["picture", "Binary.png", [137, 80]],
    ["id", "String.uuid", [...Buffer.from("Zoë")]],
    ["plain", "String", [...Buffer.from("plain")]],
  ]);
});

it("gives what came the data types back that it came with, after what says why it was given up", () => {
  const { original } = fromAttributes(typed, "{}");
  const attributes = toAttributes({ headers: { "dead-letter-reason": "invalid" }, original });
  expect(attributes).toEqual({ "dead-letter-reason": text("invalid"), ...typed });
  expect(Object.keys(attributes)[0]).toBe("dead-letter-reason");
});

it("keeps plain texts without their bytes", () => {
  expect(fromAttributes({ plain: text("plain") }, "{}")).toEqual({ headers: { plain: "plain" } });
});
