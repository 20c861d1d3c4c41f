import type { Credentials, ProducerPayload } from "../src/index.ts";

export const credentials: Credentials = {
  accessKeyId: "AKIDEXAMPLE",
  secretAccessKey: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY",
};

/** A valid message. */
export function aMessage(changes: Partial<ProducerPayload> = {}): ProducerPayload {
  return {
    event_type: "user.notification",
    message_channel: "email",
    behavior: "instant",
    payload: { user_id: "12345", subject: "Kia ora" },
    ...changes,
  };
}
