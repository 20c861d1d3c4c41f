import process from "node:process";
import { parseArgs } from "node:util";
import { runDemo } from "./demo/run-demo.ts";

// The SDK's note on future versions of Node would stand in the middle of the screen, once for each process.
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= "true";

const { values } = parseArgs({
  args: process.argv.slice(2).filter((parameter) => parameter !== "--"),
  options: { endpoint: { type: "string" }, region: { type: "string", default: "us-east-1" } },
});
const { endpoint: endpointUrl, region: regionName } = values;
process.exitCode = await runDemo(
  process.stdout,
  endpointUrl === undefined ? undefined : { endpointUrl, regionName },
);
