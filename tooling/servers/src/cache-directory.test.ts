import { homedir } from "node:os";
import { join } from "node:path";
import { expect, it } from "@jest/globals";
import { ConfigError } from "@wirekit/core";
import { cacheDirectory } from "./cache-directory.ts";

it("is below the user's own cache folder unless the variable names another one", () => {
  expect(cacheDirectory({}).root).toBe(join(homedir(), ".cache", "wirekit-servers"));
  expect(cacheDirectory({ WIREKIT_SERVERS_DIR: "" }).root).toBe(cacheDirectory({}).root);
  expect(cacheDirectory({ WIREKIT_SERVERS_DIR: "/srv/cache" })).toMatchObject({
    root: "/srv/cache",
    programs: "/srv/cache/programs",
  });
});

it("refuses a relative path, which would be another folder in every package", () => {
  expect(() => cacheDirectory({ WIREKIT_SERVERS_DIR: "cache" })).toThrow(ConfigError);
  expect(() => cacheDirectory({ WIREKIT_SERVERS_DIR: "cache" })).toThrow("WIREKIT_SERVERS_DIR");
});
