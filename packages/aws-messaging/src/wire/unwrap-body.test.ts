import { describe, expect, it } from "@jest/globals";
import { readVectors } from "@wirekit/vectors";
import { unwrapBody } from "./unwrap-body.ts";

interface EnvelopeCase {
  readonly name: string;
  readonly category: string;
  readonly received: { readonly Body: string };
  readonly expected: {
    readonly wrapped: boolean;
    readonly body: string;
    readonly messageId?: string;
    readonly topicArn?: string;
    readonly subject?: string;
    readonly attributes?: Record<string, unknown>;
  };
}

describe("a body that came through SNS, S3, EventBridge or SQS", () => {
  it.each(readVectors<EnvelopeCase>("aws-messaging/sns-envelopes.json"))(
    "$category: $name",
    ({ received, expected }) => {
      const unwrapped = unwrapBody(received.Body);
      const { wrapped, body, messageId, topicArn, subject, attributes } = expected;

      expect(unwrapped.kind).toBe(wrapped ? "sns" : "raw");
      expect(unwrapped.message).toBe(body);
      expect(unwrapped.attributes).toEqual(attributes);
      if (unwrapped.kind === "sns") expect(unwrapped).toMatchObject({ messageId, topicArn });
      expect(unwrapped.kind === "sns" ? unwrapped.subject : undefined).toBe(subject);
    },
  );
});

it("leaves out envelope attributes that are no attributes", () => {
  const body = JSON.stringify({
    Type: "Notification",
    Message: "{}",
    MessageId: "1",
    TopicArn: "arn:aws:sns:eu-west-1:123456789012:t",
    MessageAttributes: { good: { Type: "String", Value: "x" }, odd: "x", none: null },
  });
  expect(unwrapBody(body).attributes).toEqual({ good: { Type: "String", Value: "x" } });
});

it("takes a body that names a notification but is no JSON for a raw one", () => {
  expect(unwrapBody('{"Type": "Notification"')).toEqual({ kind: "raw", message: '{"Type": "Notification"' });
});

it.each(['{"Type":"Notification"', '["Notification"]', '"Notification"', 'null "Notification"'])(
  "takes %s for what it is, and no envelope",
  (body) => {
    expect(unwrapBody(body)).toEqual({ kind: "raw", message: body });
  },
);
