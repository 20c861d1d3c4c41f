/** Where the process dies, or is asked to end. */
export type Step =
  | "received"
  | "running"
  | "before the delete"
  | "deleted, and not told so"
  | "after the delete"
  | "asked to end";

/**
 * The number of the moment, of those that the step can be, at which it happens: in the middle of the work.
 */
export const fatalMoment = 5;

/**
 * A process that consumes both topics, writes down what it does before it goes on, and ends itself at the
 * step that it is given. What is done to it at the deletes is done from outside.
 */
export const crashProgram = `
  import { appendFileSync } from "node:fs";
  import { AwsMessaging, awsMessagingConfigFromEnv } from "@wirekit/aws-messaging";
  import { closeOnSignals } from "@wirekit/core/node";
  import * as z from "zod";

  const { ACCOUNT = "", STEP = "", ENDPOINT_URL } = process.env;
  const write = (...facts: unknown[]) => appendFileSync(ACCOUNT, facts.join(" ") + "\\n");
  let moments = 0;
  const pass = (step: string) => {
    if (step !== STEP || ++moments !== ${fatalMoment}) return;
    write("ends");
    process.kill(process.pid, STEP === "asked to end" ? "SIGTERM" : "SIGKILL");
  };

  write("pid", process.pid);
  const config = awsMessagingConfigFromEnv(process.env, { endpointUrl: ENDPOINT_URL, environment: "test" });
  const messaging = new AwsMessaging({
    ...config,
    audit: ({ event, messageId }) => {
      if (event === "delivered") pass("received");
      if (event !== "handled") return;
      write("deleted", messageId);
      pass("after the delete");
    },
  });
  closeOnSignals([messaging], { timeoutMs: 30_000 });
  for (const topic of ["orders", "orders.fifo"]) {
    messaging.consume(
      {
        topic,
        schema: z.object({ n: z.number(), placed_at: z.string() }),
        concurrency: 3,
        visibilityTimeoutMs: Number(process.env.VISIBILITY_MS),
        waitTimeMs: 1_000,
      },
      async ({ n }, { metadata }) => {
        pass("running");
        pass("asked to end");
        await new Promise((resolve) => setImmediate(resolve));
        write("done", topic, n, metadata.messageId);
      },
    );
  }
`;
