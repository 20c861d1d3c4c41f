#!/usr/bin/env node
// Jest runs ES modules only under this flag of Node's, and a package's script cannot portably set one.
import { spawnSync } from "node:child_process";
import { createRequire } from "node:module";

const jest = createRequire(import.meta.url).resolve("jest/bin/jest");
const flags = ["--experimental-vm-modules", "--disable-warning=ExperimentalWarning"];
// `pnpm test -- --randomize` hands the separator on; Jest would take what follows it for file names.
const options = process.argv.slice(2).filter((option) => option !== "--");
const { status, signal } = spawnSync(process.execPath, [...flags, jest, ...options], { stdio: "inherit" });
process.exitCode = signal === null ? (status ?? 1) : 1;
