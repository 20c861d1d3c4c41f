import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { copyArchive } from "../install/maven.ts";
import type { Program } from "../install/program.ts";
import { java, maven, tar } from "../requirements/requirements.ts";
import { runCommand } from "../run-command.ts";

const version = "26.7.3";

/** The distribution, built for an in-memory database: the slow half of a first start, done once. */
export const keycloakProgram: Program = {
  name: "keycloak",
  wanted: { keycloak: version },
  toInstall: [maven, tar],
  toRun: [java],
  install: async (place) => {
    const { directory, logPath, signal } = place;
    const archive = await copyArchive(`org.keycloak:keycloak-quarkus-dist:${version}:tar.gz`, place);
    await runCommand("tar", ["-xzf", archive, "-C", directory, "--strip-components=1"], { logPath, signal });
    await rm(join(directory, "archive"), { recursive: true });
    // Packaged empty, these folders are not in every archive.
    for (const part of ["conf", "providers", "themes"])
      await mkdir(join(directory, part), { recursive: true });
    await runCommand(
      join(directory, "bin", "kc.sh"),
      ["build", "--db=dev-mem", "--http-relative-path=/auth"],
      {
        logPath,
        signal,
      },
    );
    return { keycloak: version };
  },
};
