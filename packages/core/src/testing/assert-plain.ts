import assert from "node:assert/strict";

/** Fails unless `value` comes out of JSON as it went in. */
export function assertPlain(what: string, value: unknown): void {
  let copy: unknown;
  try {
    copy = JSON.parse(JSON.stringify(value));
  } catch (thrown) {
    assert.fail(`${what} must be plain data, as JSON can hold it: ${thrown}`);
  }
  assert.deepEqual(copy, value, `${what} must be plain data, as JSON can hold it`);
}
