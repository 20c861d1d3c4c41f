import assert from "node:assert/strict";

/** A message is created, sent, consumed and acknowledged; a body that is none ends among the dead letters. */
export default async function inMemory({ load }) {
  const { createMessage, MemoryMessageBus } = await load("@wirekit/message-bus");
  const bus = new MemoryMessageBus();
  const handled = [];
  bus.consume({ target: "updates", deadLetter: { target: "dead" } }, ({ payload }) =>
    handled.push(payload.reference),
  );

  const payload = { reference: "REF-1", status: "APPROVED" };
  const input = { source: "LEDGER", serviceToken: "jwt", instructionType: "STATUS_UPDATE", payload };
  await bus.sendText("not JSON", { target: "updates", key: "user-1" });
  await bus.sendMessage(createMessage(input), { target: "updates", key: "user-1" });
  await bus.waitForMessage(({ kind }) => kind === "STATUS_UPDATE", { stage: "acknowledged" });

  assert.deepEqual(handled, ["REF-1"]);
  const dead = await bus.receiveMessage({ target: "dead" });
  assert.equal(dead.kind, "invalid");
  assert.equal(dead.raw, "not JSON");
  await bus.acknowledge(dead);
  assert.equal((await bus.close()).notHandled, 0);
}
