import { expect, it } from "@jest/globals";
import { confidentialTexts } from "./confidential-texts.ts";
import { encodeMessage } from "./encode-message.ts";

it("finds the body and every text in the payload that is long enough to say something", () => {
  const encoded = encodeMessage({
    event_type: "not in the payload",
    payload: { card: "4111111111111111", deep: [{ name: "Zoë Müller" }], short: "ok", count: 1 },
  });
  expect(confidentialTexts(encoded)).toEqual([
    encoded.body,
    "4111111111111111",
    "Zoë Müller",
    "Zo\\u00eb M\\u00fcller",
  ]);
});

it("does not look through a payload without an end", () => {
  const encoded = encodeMessage({
    payload: { texts: Array.from({ length: 5000 }, (_, index) => `text ${index}`) },
  });
  expect(confidentialTexts(encoded)).toHaveLength(1000);
});
