import { expect, it } from "@jest/globals";
import { confidentialTexts } from "./confidential-texts.ts";
import { encodeMessage } from "./encode-message.ts";

it("finds the body, and every text and number in the payload that is long enough to say something", () => {
  const encoded = encodeMessage({
    event_type: "not in the payload",
    payload: {
      card: "4111111111111111",
      deep: [{ name: "Zoë Müller", again: ["Zoë Müller"], none: null }],
      account: 123456,
      short: "ok",
      count: 1,
      is: true,
    },
  });
  const [body, ...texts] = confidentialTexts(encoded);
  expect(body).toBe(encoded.body);
  expect(texts.sort()).toEqual(["123456", "4111111111111111", "Zoë Müller"]);
});

it("finds all of very many texts", () => {
  const encoded = encodeMessage({
    payload: { texts: Array.from({ length: 50_000 }, (_, index) => `text ${index}`) },
  });
  expect(confidentialTexts(encoded)).toHaveLength(50_001);
});
