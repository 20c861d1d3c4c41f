import { expect, it } from "@jest/globals";
import { WirekitError } from "@wirekit/core";
import {
  AWSConnectionError,
  InvalidMessageError,
  MessageProcessingError,
  SubscriptionNotFoundError,
  ValidationFailedError,
} from "./errors.ts";

const classes = {
  InvalidMessageError,
  ValidationFailedError,
  SubscriptionNotFoundError,
  AWSConnectionError,
  MessageProcessingError,
};
const errors = {
  InvalidMessageError: new InvalidMessageError("no message"),
  ValidationFailedError: new ValidationFailedError([{ path: "n", message: "must be a number" }]),
  SubscriptionNotFoundError: new SubscriptionNotFoundError("nobody", {
    topic: "t",
  }),
  AWSConnectionError: new AWSConnectionError("refused", { kind: "sender" }),
  MessageProcessingError: new MessageProcessingError("failed"),
};

it.each(Object.keys(classes) as (keyof typeof classes)[])(
  "%s is recognised, and no other is taken for it",
  (name) => {
    const recognised = Object.values(errors).filter((error) => error instanceof classes[name]);
    expect(recognised).toEqual([errors[name]]);
    expect(errors[name].name).toBe(name === "AWSConnectionError" ? "AwsError" : name);
    expect(errors[name] instanceof WirekitError).toBe(true);
    // An error of another copy of the package shares no prototype with this one, only its marks.
    expect(Object.create(null, Object.getOwnPropertyDescriptors(errors[name]))).toBeInstanceOf(classes[name]);
    expect(undefined).not.toBeInstanceOf(classes[name]);
  },
);

it("only what may pass is worth another try", () => {
  const retryable = Object.values(errors).filter((error) => error.retryable);
  expect(retryable).toEqual([errors.MessageProcessingError]);
});
