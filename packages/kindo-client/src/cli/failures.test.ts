import { expect, it } from "@jest/globals";
import { SendError } from "../errors.ts";
import { Failures } from "./failures.ts";

it("shows failures in the order of their lines, each in one row", () => {
  const failures = new Failures();
  failures.addError(
    12,
    new SendError("Failed to send message: 403 no\nsigned:\nPOST", { code: "kindo/refused", status: 403 }),
  );
  failures.add({ line: 3, code: "not-json", reason: "the line is not JSON" });
  failures.addError(100, new Error(`${"x".repeat(200)}`));
  expect(failures.describe()).toBe(
    [
      "line  what               why",
      "3     not-json           the line is not JSON",
      "12    kindo/refused 403  Failed to send message: 403 no",
      `100   wirekit/unknown    ${"x".repeat(97)}...`,
    ].join("\n"),
  );
});

it("does not keep a row for each of many, but counts them", () => {
  const failures = new Failures();
  for (let line = 1; line <= 1000; line += 1)
    failures.add({ line, code: line % 2 ? "odd" : "even", reason: "" });
  const shown = failures.describe().split("\n");
  expect(shown).toHaveLength(22);
  expect(shown.at(-1)).toBe("... and 980 more; in all 500 odd, 500 even");
});
