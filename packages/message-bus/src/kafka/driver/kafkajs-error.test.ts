import { describe, expect, it } from "@jest/globals";
import { ClosedError, ConnectionError } from "@wirekit/core";
import kafkajs from "kafkajs";
import { KafkaRefusedError, LoginRefusedError, TopicMissingError } from "../kafka-errors.ts";
import { protocolErrorType, wirekitErrorOf } from "./kafkajs-error.ts";

const { KafkaJSConnectionError, KafkaJSNumberOfRetriesExceeded, KafkaJSProtocolError } = kafkajs;
const sasl = { mechanism: "SCRAM-SHA-256", userName: "somebody", password: "very-secret" } as const;

function protocol(type: string, retriable: boolean) {
  const facts = Object.assign(new Error(`words of ${type}`), { type, code: 99, retriable });
  return new KafkaJSProtocolError(facts);
}

function named(name: string, message: string, more: object = {}) {
  return Object.assign(new Error(message), { name, ...more });
}

describe("an error of kafkajs", () => {
  it("keeps what the broker answered, through everything that it was wrapped in", () => {
    const inner = protocol("TOPIC_AUTHORIZATION_FAILED", false);
    const wrapped = new KafkaJSNumberOfRetriesExceeded(inner, { retryCount: 1, retryTime: 1 });
    for (const thrown of [inner, wrapped, named("KafkaJSNonRetriableError", "x", { cause: wrapped })]) {
      const error = wirekitErrorOf(thrown, { what: "Sending", topic: "payments" });
      expect(error instanceof KafkaRefusedError).toBe(true);
      expect(error).toMatchObject({
        kafkaError: "TOPIC_AUTHORIZATION_FAILED",
        retryable: false,
        message: 'Sending (topic "payments"): the broker answered TOPIC_AUTHORIZATION_FAILED',
      });
      expect(protocolErrorType(thrown)).toBe("TOPIC_AUTHORIZATION_FAILED");
    }
    expect(wirekitErrorOf(protocol("NOT_ENOUGH_REPLICAS", true), { what: "S" }).retryable).toBe(true);
  });

  it("says which topic is missing, where only one was meant", () => {
    const thrown = protocol("UNKNOWN_TOPIC_OR_PARTITION", true);
    expect(wirekitErrorOf(thrown, { what: "S", topic: "t" }) instanceof TopicMissingError).toBe(true);
    expect(wirekitErrorOf(thrown, { what: "S" }) instanceof KafkaRefusedError).toBe(true);
  });

  it.each([
    ["KafkaJSSASLAuthenticationError", "SASL PLAIN authentication failed: bad password of somebody", {}],
    ["KafkaJSProtocolError", "words", { type: "SASL_AUTHENTICATION_FAILED" }],
  ])("of a login says by what, and neither who nor the broker's own words: %s", (name, message, more) => {
    const error = wirekitErrorOf(named(name, message, more), { what: "Sending", sasl });
    expect(error instanceof LoginRefusedError).toBe(true);
    expect(error).toMatchObject({ mechanism: "SCRAM-SHA-256", retryable: false });
    expect(`${error.message} ${String(error.cause)}`).not.toMatch(/somebody|words|bad/);
  });

  it("of a login that broke off is one of the connection", () => {
    const thrown = named(
      "KafkaJSSASLAuthenticationError",
      "SASL PLAIN authentication failed: Closed connection",
    );
    const error = wirekitErrorOf(thrown, { what: "Sending", sasl });
    expect(error instanceof ConnectionError).toBe(true);
    expect(error.retryable).toBe(true);
  });

  it("of a connection may pass, unless it is the certificate", () => {
    const refused = new KafkaJSConnectionError("Connection error: connect ECONNREFUSED", {
      code: "ECONNREFUSED",
    });
    expect(wirekitErrorOf(refused, { what: "Sending" })).toMatchObject({
      code: "wirekit/connection",
      retryable: true,
      details: { code: "ECONNREFUSED" },
    });
    for (const code of ["DEPTH_ZERO_SELF_SIGNED_CERT", "ERR_TLS_CERT_ALTNAME_INVALID", "CERT_HAS_EXPIRED"]) {
      const untrusted = named("KafkaJSConnectionError", "Connection error", { code });
      expect(wirekitErrorOf(untrusted, { what: "Sending" }).retryable).toBe(false);
    }
  });

  it("shows no secret, and lets our own errors be", () => {
    const thrown = named("TypeError", "cannot read very-secret of somebody");
    expect(wirekitErrorOf(thrown, { what: "Sending", sasl }).message).not.toMatch(/very-secret|somebody/);
    const own = new ClosedError("It");
    expect(wirekitErrorOf(own, { what: "Sending" })).toBe(own);
    expect(protocolErrorType("nothing")).toBeUndefined();
  });
});
