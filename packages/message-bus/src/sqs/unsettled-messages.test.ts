import { expect, it } from "@jest/globals";
import { UnsettledMessages } from "./unsettled-messages.ts";

it("counts what was received until it is settled, and what comes again once", () => {
  const messages = new UnsettledMessages();
  messages.received("q", "1", "r-1");
  messages.received("q", "1", "r-2");
  messages.received("other", "1", "r-3");
  expect(messages.size).toBe(2);
  messages.settled("r-1");
  expect(messages.size).toBe(2);
  messages.settled("r-2");
  messages.settled("r-2");
  expect(messages.size).toBe(1);
  messages.received("q", "1", "r-4");
  expect(messages.size).toBe(2);
});

it("forgets the oldest rather than grow without end", () => {
  const messages = new UnsettledMessages();
  for (let n = 0; n < 120_005; n += 1) messages.received("q", `${n}`, `r-${n}`);
  expect(messages.size).toBe(120_000);
  messages.settled("r-0");
  expect(messages.size).toBe(120_000);
  messages.settled("r-120004");
  expect(messages.size).toBe(119_999);
});
