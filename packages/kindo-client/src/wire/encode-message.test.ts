import { expect, it } from "@jest/globals";
import { encodeMessage } from "./encode-message.ts";

it("adds the security level at the end, and not to the message itself", () => {
  const message = Object.freeze({ a: 1 });
  expect(encodeMessage(message)).toEqual({
    body: '{"a": 1, "security_level": "normal"}',
    content: { a: 1, security_level: "normal" },
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

it("takes for the content what the text says, not what the object may say next time", () => {
  let asked = 0;
  const message = {
    get behavior() {
      asked += 1;
      return asked === 1 ? "instant" : "later";
    },
  };
  const { body, content } = encodeMessage(message);
  expect(JSON.parse(body)).toEqual(content);
  expect(content).toMatchObject({ behavior: "instant" });
});
