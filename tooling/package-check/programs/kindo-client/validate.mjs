import assert from "node:assert/strict";

/**
 * A valid message gets its default, an invalid one an error that names the field; also recognised by the
 * other format's class.
 */
export default async function validate({ load, loadOther }) {
  const { validateMessage, ValidationError } = await load("@wirekit/kindo-client");
  const message = {
    event_type: "user.notification",
    message_channel: "email",
    behavior: "instant",
    payload: { user_id: "12345" },
  };
  assert.deepEqual(await validateMessage(message), { ...message, security_level: "normal" });

  const { event_type: _, ...incomplete } = message;
  const error = await validateMessage(incomplete).then(
    () => assert.fail("it was taken for valid"),
    (thrown) => thrown,
  );
  const other = await loadOther("@wirekit/kindo-client");
  assert.equal(error instanceof ValidationError, true);
  assert.equal(error instanceof other.ValidationError, true);
  assert.match(error.message, /event_type/);
}
