import { expect, it } from "@jest/globals";
import fc from "fast-check";
import { encodeMessage } from "./encode-message.ts";

it("adds the security level at the end, and not to the message itself", () => {
  const message = Object.freeze({ a: "1" });
  expect(encodeMessage(message)).toEqual({
    body: '{"a": "1", "security_level": "normal"}',
    fields: { a: "1", security_level: "normal" },
  });
});

it("adds it to an empty object as well", () => {
  expect(encodeMessage({}).body).toBe('{"security_level": "normal"}');
});

it("adds it where it is undefined, and leaves one that is there alone, also a wrong one", () => {
  expect(encodeMessage({ security_level: undefined }).body).toBe('{"security_level": "normal"}');
  expect(encodeMessage({ security_level: null }).body).toBe('{"security_level": null}');
  expect(encodeMessage({ security_level: "sensitive" }).body).toBe('{"security_level": "sensitive"}');
});

it.each([[1], ["text"], [null], [[{ a: 1 }]]])("adds nothing to %j, which is no object", (message) => {
  expect(JSON.parse(encodeMessage(message).body)).toEqual(message);
});

it("reads a field once: what is checked cannot be other than what is sent", () => {
  let asked = 0;
  const message = {
    get behavior() {
      asked += 1;
      return asked === 1 ? "instant" : "later";
    },
  };
  const { body, fields } = encodeMessage(message);
  expect(JSON.parse(body)).toEqual(fields);
  expect(fields).toMatchObject({ behavior: "instant" });
});

it.each([
  ["a payload that writes itself as a text", { payload: new Date(0) }],
  ["a payload that is a list", { payload: [1] }],
  ["a field that writes itself as another one", { event_type: { toJSON: () => "a" } }],
  ["a field that is a number", { event_type: 1 }],
  ["a field that is undefined", { event_type: undefined, payload: {} }],
  ["a message that writes itself", { toJSON: () => ({ event_type: "a" }) }],
  ["an inherited toJSON", Object.create({ toJSON: () => ({ event_type: "a" }) })],
])("has for its fields what the text says, also for %s", (_name, message) => {
  const { body, fields } = encodeMessage(message);
  expect(fields).toEqual(JSON.parse(body));
});

it("names a getter that throws by its path", () => {
  const message = {
    get payload() {
      throw new Error("not loaded");
    },
  };
  expect(() => encodeMessage(message)).toThrow("payload could not be read");
});

it("has the same fields and the same text whichever way it takes", () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.oneof(fc.string(), fc.jsonValue())), (message) => {
      const { body, fields } = encodeMessage(message);
      expect(fields).toEqual(JSON.parse(body));
      const { security_level = "normal", ...rest } = message;
      expect(JSON.parse(body)).toEqual({ ...rest, security_level });
    }),
  );
});
