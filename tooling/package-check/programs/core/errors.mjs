import assert from "node:assert/strict";

/** A mixed program holds two copies of each class, and `instanceof` is right about both. */
export default async function errors({ load, loadOther }) {
  const core = await load("@wirekit/core");
  const other = await loadOther("@wirekit/core");
  assert.notEqual(core.WirekitError, other.WirekitError);

  for (const [ours, theirs] of [
    [core, other],
    [other, core],
  ]) {
    const made = {
      ClosedError: new ours.ClosedError("The client"),
      ConfigError: new ours.ConfigError([{ path: "url", message: "is required" }]),
      ConnectionError: new ours.ConnectionError("broken"),
      CredentialsError: new ours.CredentialsError("no credentials"),
      MessageTooLargeError: new ours.MessageTooLargeError({ bytes: 2, maxBytes: 1 }),
      QueueFullError: new ours.QueueFullError("The queue", { unit: "entries", limit: 1 }),
      RejectedError: new ours.RejectedError("no", { code: "test/no" }),
      TimeoutError: new ours.TimeoutError("The response", 5),
      UnconfirmedError: new ours.UnconfirmedError("The message"),
      ValidationError: new ours.ValidationError([]),
    };
    const names = Object.keys(made);
    const exported = Object.keys(ours).filter((name) => name.endsWith("Error") && name !== "WirekitError");
    assert.deepEqual(names, exported.sort(), "every class of errors is tried");
    for (const [name, error] of Object.entries(made)) {
      assert.ok(error instanceof theirs.WirekitError);
      assert.equal(theirs.WirekitError.from(error), error);
      assert.ok(error instanceof theirs[name]);
      for (const each of names)
        assert.equal(error instanceof theirs[each], error instanceof ours[each], `${name}, ${each}`);
    }
    assert.equal(new Error("x") instanceof theirs.WirekitError, false);

    // A subclass without a mark of its own is recognised by its prototype chain, as any class is.
    class Unmarked extends ours.TimeoutError {}
    const unmarked = new Unmarked("The response", 5);
    assert.ok(unmarked instanceof Unmarked);
    assert.ok(unmarked instanceof ours.TimeoutError);
    assert.ok(unmarked instanceof theirs.TimeoutError);
    assert.equal(made.TimeoutError instanceof Unmarked, false);

    // One with a mark is recognised by it, whichever copy it extends.
    class Marked extends ours.TimeoutError {
      static mark = "shop/Marked";
    }
    class MarkedElsewhere extends theirs.TimeoutError {
      static mark = "shop/Marked";
    }
    assert.ok(new Marked("The response", 5) instanceof MarkedElsewhere);
    assert.equal(made.TimeoutError instanceof Marked, false);
    assert.equal(new Marked("The response", 5).name, "Marked");
  }
}
