import { expect, it } from "@jest/globals";
import { BusCounters } from "../bus-lifecycle.ts";
import { ReceivedMessages } from "./received-messages.ts";

function receivedMessages() {
  const messages = new ReceivedMessages(new BusCounters());
  const add = (target: string, id: string, receiptHandle: string) =>
    messages.add(target, { id, receiptHandle, attempt: 1, body: "{}", message: {} });
  return { messages, add };
}

it("counts what was received until it is settled, and what comes again once", () => {
  const { messages, add } = receivedMessages();
  add("q", "1", "r-1");
  add("q", "1", "r-2");
  add("other", "1", "r-3");
  expect(messages.unsettled).toBe(2);
  messages.settle("r-1");
  expect(messages.unsettled).toBe(2);
  messages.settle("r-2");
  messages.settle("r-2");
  expect(messages.unsettled).toBe(1);
  add("q", "1", "r-4");
  expect(messages.unsettled).toBe(2);
});

it("forgets the oldest rather than grow without end", () => {
  const { messages, add } = receivedMessages();
  for (let n = 0; n < 120_005; n += 1) add("q", `${n}`, `r-${n}`);
  expect(messages.unsettled).toBe(120_000);
  messages.settle("r-0");
  expect(messages.unsettled).toBe(120_000);
  messages.settle("r-120004");
  expect(messages.unsettled).toBe(119_999);
});
