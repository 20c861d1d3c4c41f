import { jest } from "@jest/globals";
import { describeMessageBusContract } from "../contract/message-bus-contract.ts";
import { openOnSqs, testTimeoutMs, traits } from "./open-on-sqs.ts";

jest.setTimeout(testTimeoutMs);

describeMessageBusContract("a FIFO queue of SQS", () => openOnSqs(".fifo"), { ...traits, copies: "dropped" });
