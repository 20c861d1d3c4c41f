import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { checkBundled } from "./bundles.ts";
import { Checks } from "./checks.ts";
import { installNodeTypes, installTarballs, writeConsumer } from "./consumer-project.ts";
import { checkLoading, formats, measureImport } from "./entry-loading.ts";
import { pack } from "./pack.ts";
import { checkContents } from "./package-contents.ts";
import { publishablePackages, readManifest } from "./publishable-packages.ts";
import { outputOf } from "./run-command.ts";
import { checkTypes, settingsWithNode, settingsWithoutNode } from "./type-check.ts";

// The consumer test: what `npm install` of our tarballs gives to someone who has none of this repository.
const own = dirname(dirname(fileURLToPath(import.meta.url)));
const root = dirname(dirname(own));
/**
 * A program that sends a few messages; one that is still there after this is kept alive by something left
 * open.
 */
const programTimeoutMs = 60_000;
const checks = new Checks();
const directory = await mkdtemp(join(tmpdir(), "wirekit-consumer-"));
try {
  await checkAsConsumer();
} finally {
  await rm(directory, { recursive: true, force: true });
}
await checks.writeCounts(join(own, "test-results"));
for (const { name } of checks.failures) console.error(`failed: ${name}`);
if (checks.failures.length > 0) process.exitCode = 1;

async function checkAsConsumer(): Promise<void> {
  const packages = await publishablePackages(root);
  const consumer = join(directory, "consumer");
  const programs = await writeConsumer(consumer, packages);
  const tarballs = new Map<string, string>();
  await checks.run("the tarballs install together", async () => {
    for (const publishable of packages)
      tarballs.set(publishable.name, await pack(publishable, join(directory, "tarballs")));
    await installTarballs(consumer, [...tarballs.values()]);
    return [];
  });
  // Without them nothing below could succeed, and thirty failures would hide the one that matters.
  if (checks.failures.length > 0) return;

  for (const { name, entries } of packages) {
    const installed = join(consumer, "node_modules", name);
    await checks.run(`${name}: contents`, () =>
      checkContents(installed, { root, tarball: tarballs.get(name) ?? "" }),
    );
    for (const entry of entries) {
      for (const format of formats)
        await checks.run(`${entry} (${format}): loads by itself`, async () => [
          ...(await checkLoading(consumer, { entry, owner: name, format })),
          ...(await measureImport(consumer, { entry, format })),
        ]);
    }
    for (const command of Object.keys((await readManifest(installed)).bin ?? {}))
      await checks.run(`${name}: npx ${command} --help`, async () => {
        const help = await outputOf("npx", ["--no-install", command, "--help"], { cwd: consumer });
        if (help.trim() === "") throw new Error("it prints nothing");
        return [];
      });
  }

  const everyEntry = packages.flatMap(({ entries }) => entries);
  for (const format of formats) {
    await checks.run(`classes are the same through every entry (${format})`, async () => [
      await outputOf(process.execPath, ["class-identity.mjs", format, ...everyEntry], { cwd: consumer }),
    ]);
    for (const { file } of programs)
      await checks.run(`${file} (${format})`, async () => [
        await outputOf(process.execPath, ["run-program.mjs", format, file], {
          cwd: consumer,
          timeoutMs: programTimeoutMs,
        }),
      ]);
    for (const { file } of programs)
      await checks.run(`${file} (${format}, bundled by esbuild)`, () =>
        checkBundled(consumer, { file, format, timeoutMs: programTimeoutMs }),
      );
  }

  for (const setting of settingsWithoutNode)
    await checks.run(`types: ${setting.name}`, () => checkTypes(consumer, setting));
  await installNodeTypes(consumer);
  for (const setting of settingsWithNode)
    await checks.run(`types: ${setting.name}`, () => checkTypes(consumer, setting));
}
