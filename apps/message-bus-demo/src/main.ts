import process from "node:process";
import { openMemoryStage } from "./demo/memory-stage.ts";
import { runDemo } from "./demo/run-demo.ts";

process.exitCode = await runDemo(process.stdout, [openMemoryStage]);
