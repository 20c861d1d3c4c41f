import { expect, it } from "@jest/globals";
import { ConfigError } from "@wirekit/core";
import { credentialsOf, defaultCredentials } from "./credentials.ts";

it("takes what was asked for, and the default for the rest", () => {
  expect(credentialsOf(undefined)).toEqual(defaultCredentials);
  expect(credentialsOf({ username: "alice" })).toEqual({ ...defaultCredentials, username: "alice" });
});

it.each(['quo"te', "semi;colon", "spa ce", "line\nbreak", "", "x".repeat(65)])(
  "refuses what a configuration file could not hold (%j), without showing it",
  (password) => {
    const ask = () => credentialsOf({ password });
    expect(ask).toThrow(ConfigError);
    expect(ask).toThrow("credentials.password must be");
    if (password !== "") expect(ask).not.toThrow(password);
  },
);
