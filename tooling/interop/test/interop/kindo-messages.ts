import type { ProducerPayload } from "@wirekit/kindo-client";

export const region = "ap-southeast-2";
export const keys = {
  accessKeyId: "AKIDEXAMPLE",
  secretAccessKey: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY",
};

/** Messages whose JSON text is easily written in another way than Python's. */
export const messages: readonly ProducerPayload[] = [
  { event_type: "a", message_channel: "b", behavior: "instant", payload: { name: "Zoë", n: 1.5 } },
  { event_type: "€", message_channel: "", behavior: "instant", payload: {}, security_level: "sensitive" },
  {
    event_type: "payment.processed",
    message_channel: "internal",
    behavior: "instant",
    security_level: "sensitive",
    payload: { user_id: "1", amount: 99.99, nested: [{ deep: null }, true, -0.5, 1e21], emoji: "\u{1F680}" },
  },
  {
    event_type: "control",
    message_channel: "\u007f\u2028",
    behavior: "instant",
    payload: { "\n": '\t"\\', "/": "</script>" },
  },
];
