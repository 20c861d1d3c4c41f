import assert from "node:assert/strict";

/** Faults are named by their path on the wire, and recognised by the other format's class. */
export default async function errors({ load, loadOther }) {
  const { createMessage, decodeMessage, InvalidBodyError, InvalidMessageError } =
    await load("@wirekit/message-bus");
  const other = await loadOther("@wirekit/message-bus");
  const payload = { value: "1", currency: "EURC", reference: "R", chain: " " };
  const thrown = thrownBy(() =>
    createMessage({ source: "S", serviceToken: "T", instructionType: "MINT", payload }),
  );
  assert.ok(thrown instanceof InvalidMessageError);
  assert.ok(thrown instanceof other.InvalidMessageError);
  assert.deepEqual(thrown.issues, [{ path: "payload.chain", message: "must not be blank" }]);

  const unreadable = thrownBy(() => decodeMessage("{}"));
  assert.ok(unreadable instanceof InvalidBodyError);
  assert.ok(unreadable instanceof other.InvalidBodyError);
  assert.equal(unreadable.code, "message-bus/invalid-body");

  // A payload that one copy of the package has marked is known to the other.
  const burn = other.BurnPayload.parse({ ...payload, chain: "STELLAR" });
  const mint = { source: "S", serviceToken: "T", instructionType: "MINT", payload: burn };
  assert.match(thrownBy(() => createMessage(mint)).message, /made as the payload of BURN/);
}

function thrownBy(task) {
  try {
    task();
  } catch (thrown) {
    return thrown;
  }
  return assert.fail("nothing was thrown");
}
