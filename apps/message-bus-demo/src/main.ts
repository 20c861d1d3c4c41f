import process from "node:process";
import { type CommandLine, readCommandLine, usage } from "./command-line.ts";
import { openKafkaStage } from "./demo/kafka-stage.ts";
import { openMemoryStage } from "./demo/memory-stage.ts";
import { runDemo } from "./demo/run-demo.ts";
import { openSqsStage } from "./demo/sqs-stage.ts";

// The SDK's note on future versions of Node would stand in the middle of the screen, once for each process.
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= "true";

function commandLine(): CommandLine | undefined {
  try {
    return readCommandLine(process.argv.slice(2));
  } catch (thrown) {
    console.error(`${(thrown as Error).message}\n${usage}`);
    return undefined;
  }
}

const asked = commandLine();
if (asked === undefined) {
  process.exitCode = 2;
} else {
  const { buses, sqs, kafka } = asked;
  const stages = {
    memory: openMemoryStage,
    sqs: () => openSqsStage(sqs),
    kafka: () => openKafkaStage(kafka),
  };
  process.exitCode = await runDemo(
    process.stdout,
    buses.map((name) => stages[name]),
  );
}
