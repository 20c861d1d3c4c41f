import { jest } from "@jest/globals";
import { describeMessageBusContract } from "../contract/message-bus-contract.ts";
import { openOnSqs, testTimeoutMs, traits } from "./open-on-sqs.ts";

jest.setTimeout(testTimeoutMs);

describeMessageBusContract("a standard queue of SQS", () => openOnSqs(""), {
  ...traits,
  keys: "not-carried",
});
