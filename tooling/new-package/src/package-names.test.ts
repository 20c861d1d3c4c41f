import { expect, it } from "@jest/globals";
import { packageNames } from "./package-names.ts";

it("has a name in every form", () => {
  expect(packageNames("acme-events")).toEqual({
    kebab: "acme-events",
    pascal: "AcmeEvents",
    snake: "ACME_EVENTS",
  });
});

it.each(["", "Acme", "acme_events", "acme-", "-acme", "acme--events", "acme2", "../acme", "@wirekit/acme"])(
  "refuses %j",
  (name) => {
    expect(() => packageNames(name)).toThrow(`${JSON.stringify(name)} is no name for a package`);
  },
);
