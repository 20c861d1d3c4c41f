import { mkdir, readdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { runCommand } from "../run-command.ts";
import type { InstallPlace } from "./program.ts";

/** A jar in a Maven repository. */
export interface Artifact {
  readonly group: string;
  readonly name: string;
  readonly version: string;
  /** What it brings along: `all` it needs at run time, or nothing: `itself`. */
  readonly brings: "all" | "itself";
}

const dependencyPlugin = "org.apache.maven.plugins:maven-dependency-plugin:3.8.1";

/** Puts the jars into `lib`, from the repositories and mirrors that Maven's own settings name. */
export async function copyJars(
  artifacts: readonly Artifact[],
  { directory, logPath, signal }: InstallPlace,
): Promise<void> {
  const pom = join(directory, "pom.xml");
  await writeFile(pom, pomOf(artifacts));
  const goal = `${dependencyPlugin}:copy-dependencies`;
  const options = ["-DincludeScope=runtime", `-DoutputDirectory=${join(directory, "lib")}`];
  await runCommand("mvn", ["-B", "-q", "-f", pom, goal, ...options], { logPath, signal });
  await rm(pom);
}

/** Downloads one archive and resolves to its path below the folder. */
export async function copyArchive(
  coordinates: string,
  { directory, logPath, signal }: InstallPlace,
): Promise<string> {
  const target = join(directory, "archive");
  await mkdir(target);
  const options = [`-Dartifact=${coordinates}`, `-DoutputDirectory=${target}`];
  // Outside any project of the caller's: a pom.xml in the current folder would be taken for the one to build.
  await runCommand("mvn", ["-B", "-q", `${dependencyPlugin}:copy`, ...options], {
    cwd: directory,
    logPath,
    signal,
  });
  const [name] = await readdir(target);
  if (name === undefined) throw new Error(`Maven brought nothing for ${coordinates}`);
  return join(target, name);
}

function pomOf(artifacts: readonly Artifact[]): string {
  return `<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>wirekit.servers</groupId>
  <artifactId>jars</artifactId>
  <version>1</version>
  <packaging>pom</packaging>
  <dependencies>${artifacts.map(dependencyOf).join("")}
  </dependencies>
</project>
`;
}

function dependencyOf({ group, name, version, brings }: Artifact): string {
  const everything = "<exclusion><groupId>*</groupId><artifactId>*</artifactId></exclusion>";
  const exclusions = brings === "all" ? "" : `\n      <exclusions>${everything}</exclusions>`;
  return `
    <dependency>
      <groupId>${group}</groupId>
      <artifactId>${name}</artifactId>
      <version>${version}</version>${exclusions}
    </dependency>`;
}
