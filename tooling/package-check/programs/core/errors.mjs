import assert from "node:assert/strict";

/** Errors are recognised across the two copies of a package that a mixed program holds. */
export default async function errors({ load, loadOther }) {
  const core = await load("@wirekit/core");
  const other = await loadOther("@wirekit/core");
  assert.notEqual(core.WirekitError, other.WirekitError);

  const foreign = new other.TimeoutError("The response", 5);
  assert.ok(foreign instanceof core.WirekitError);
  assert.ok(foreign instanceof core.TimeoutError);
  assert.ok(!(foreign instanceof core.ConfigError));
  assert.equal(core.WirekitError.from(foreign), foreign);
}
