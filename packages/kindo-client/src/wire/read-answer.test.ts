import { describe, expect, it } from "@jest/globals";
import { type Answer, type Invocation, readHttpAnswer, readInvocation } from "./read-answer.ts";

describe("the answer of a Function URL", () => {
  it("is a success when it is 200 with a tracking id", () => {
    const answer = readHttpAnswer(200, '{"tracking_id": "t-1", "more": 1}');
    expect(answer).toEqual({ kind: "accepted", trackingId: "t-1" });
  });

  it.each([
    ["{}"],
    ['{"tracking_id": null}'],
    ['{"tracking_id": 1}'],
    ['{"tracking_id": ""}'],
    ['{"trackingId": "t-1"}'],
    ['["t-1"]'],
    ['"t-1"'],
    ["null"],
    ["t-1"],
    ['{"tracking_id": "t-1"'],
    [""],
  ])("is none when it is 200 with %s", (body) => {
    expect(readHttpAnswer(200, body)).toEqual({ kind: "no-tracking-id", status: 200, body });
  });

  it.each([201, 202, 204, 301, 400, 403, 429, 500, 503])(
    "is a refusal when it is %d, whatever its body says",
    (status) => {
      const body = '{"tracking_id": "t-1"}';
      expect(readHttpAnswer(status, body)).toEqual({ kind: "refused", status, body });
    },
  );
});

describe("what an invocation returned", () => {
  it.each([
    ["the id itself", '{"tracking_id": "t-1"}'],
    [
      "the answer of a function behind a gateway",
      '{"statusCode": 200, "body": "{\\"tracking_id\\": \\"t-1\\"}"}',
    ],
    ["the same with an object for its body", '{"statusCode": 200, "body": {"tracking_id": "t-1"}}'],
  ])("is a success when it is %s", (_name, payload) => {
    expect(read({ payload })).toEqual({ kind: "accepted", trackingId: "t-1" });
  });

  it.each<[string, Partial<Invocation>, Partial<Answer>]>([
    ["an object without the id", { payload: "{}" }, { kind: "no-tracking-id", status: 200 }],
    ["no object", { payload: '"t-1"' }, { kind: "no-tracking-id", status: 200 }],
    ["nothing", { payload: "" }, { kind: "no-tracking-id", status: 200 }],
    ["no JSON", { payload: "<html>" }, { kind: "no-tracking-id", status: 200 }],
    [
      "a gateway's answer without a body",
      { payload: '{"statusCode": 200}' },
      { kind: "no-tracking-id", status: 200 },
    ],
    [
      "a gateway's answer whose body has no id",
      { payload: '{"statusCode": 200, "body": "{}"}' },
      { kind: "no-tracking-id", status: 200, body: "{}" },
    ],
    [
      "a gateway's answer whose status is no number",
      { payload: '{"statusCode": "200", "body": {"tracking_id": "t-1"}}' },
      { kind: "no-tracking-id", status: 200 },
    ],
    [
      "a gateway's refusal",
      { payload: '{"statusCode": 400, "body": {"message": "no"}}' },
      { kind: "refused", status: 400, body: '{"message":"no"}' },
    ],
    [
      "a refusal that names an id all the same",
      { payload: '{"statusCode": 500, "tracking_id": "t-1"}' },
      { kind: "refused", status: 500 },
    ],
    [
      "the failure of the function",
      { payload: '{"errorMessage": "x"}', functionError: "Unhandled" },
      { kind: "function-error", error: "Unhandled" },
    ],
    [
      "another status",
      { statusCode: 202, payload: '{"tracking_id": "t-1"}' },
      { kind: "refused", status: 202 },
    ],
  ])("is no success when it is %s", (_name, invocation, answer) => {
    expect(read(invocation)).toMatchObject(answer);
  });
});

function read(invocation: Partial<Invocation>): Answer {
  return readInvocation({ statusCode: 200, functionError: undefined, payload: "", ...invocation });
}
