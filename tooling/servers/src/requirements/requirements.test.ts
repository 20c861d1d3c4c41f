import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import { MissingRequirementError } from "../errors/missing-requirement-error.ts";
import { demand, missingOf } from "./requirement.ts";
import { apt, java, maven, openssl, python, tar } from "./requirements.ts";

/** A machine on which only the commands of one folder exist. */
let path = "";
beforeEach(async () => {
  path = await mkdtemp(join(tmpdir(), "wirekit-path-"));
});
afterEach(() => rm(path, { recursive: true }));

const all = [java, maven, python, apt, openssl, tar];

it("a bare machine lacks everything, and the error says how it gets all of it", async () => {
  const error = await demand("kafka", all, { PATH: path }).catch((thrown: unknown) => thrown);
  if (!(error instanceof MissingRequirementError)) throw error;
  expect(error.requirements.map(({ name }) => name)).toEqual(all.map(({ name }) => name));
  expect(error.message).toContain(
    "kafka needs Java 17 or later (install it with: sudo apt-get install openjdk-17-jre-headless) and Maven",
  );
  for (const { installWith } of all) expect(error.message).toContain(installWith);
});

it("nothing is said of what is there, nor twice of what is not", async () => {
  await has("openssl", "exit 0");
  expect(await missingOf([openssl, maven, maven], { PATH: path })).toEqual([maven]);
  await expect(demand("mosquitto", [openssl], { PATH: path })).resolves.toBeUndefined();
});

it.each([
  ['openjdk version "17.0.15" 2025-04-15', true],
  ['openjdk version "21" 2023-09-19', true],
  ['openjdk version "11.0.2" 2019-01-15', false],
  ['java version "1.8.0_391"', false],
  ["Unable to locate a Java Runtime.", false],
])("a machine where Java says %s: %s", async (version, met) => {
  await has("java", `echo '${version}' >&2`);
  expect(await java.isMet({ PATH: path })).toBe(met);
});

describe("Python", () => {
  it("is not enough where it is too old or has no venv", async () => {
    await has("python3", "exit 1");
    expect(await python.isMet({ PATH: path })).toBe(false);
  });

  it("is asked for its version and for the modules that make an environment", async () => {
    await has("python3", 'case "$2" in *venv*ensurepip*"(3, 10)"*) exit 0;; esac; exit 1');
    expect(await python.isMet({ PATH: path })).toBe(true);
  });
});

it("apt is there only together with dpkg", async () => {
  await has("apt-get", "exit 0");
  expect(await apt.isMet({ PATH: path })).toBe(false);
  await has("dpkg-deb", "exit 0");
  expect(await apt.isMet({ PATH: path })).toBe(true);
});

async function has(command: string, script: string): Promise<void> {
  await writeFile(join(path, command), `#!/bin/sh\n${script}\n`);
  await chmod(join(path, command), 0o755);
}
