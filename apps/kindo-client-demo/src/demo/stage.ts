import type { LogFields, Logger } from "@wirekit/core";
import { type Expectations, milliseconds, type Screen } from "@wirekit/demo-screen";
import { type Credentials, type LambdaUrlServer, startLambdaUrl } from "@wirekit/devstack/lambda-url";
import { OrderService, type OrderServiceOptions } from "../order-service.ts";

/** What every step of the demo plays on. */
export interface Stage {
  readonly screen: Screen;
  readonly expectations: Expectations;
  /** The Kindo Producers that the order service sends to, both in this process. */
  readonly producer: LambdaUrlServer;
  readonly textMessages: LambdaUrlServer;
  readonly credentials: Credentials;
}

// AWS's own example key: it opens nothing.
const credentials: Credentials = {
  accessKeyId: "AKIAIOSFODNN7EXAMPLE",
  secretAccessKey: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
};

export async function openStage(screen: Screen, expectations: Expectations): Promise<Stage> {
  const producer = await startLambdaUrl({ credentials, region: "ap-southeast-2" });
  const textMessages = await startLambdaUrl({ credentials, region: "us-east-1" });
  return { screen, expectations, producer, textMessages, credentials };
}

export async function closeStage({ producer, textMessages }: Stage): Promise<void> {
  await Promise.all([producer.close(), textMessages.close()]);
}

/** Opens an order service, lends it to `play`, and closes it. */
export async function withOrderService<T>(
  stage: Stage,
  options: Partial<OrderServiceOptions>,
  play: (orders: OrderService) => Promise<T>,
): Promise<T> {
  const orders = new OrderService({
    url: stage.producer.url,
    textMessagesUrl: stage.textMessages.url,
    credentials: stage.credentials,
    logger: screenLogger(stage.screen),
    ...options,
  });
  try {
    return await play(orders);
  } finally {
    await orders.close();
  }
}

/** Shows what the client logs. In a real service this is the program's own logger: pino fits as it is. */
function screenLogger({ colors, line }: Screen): Logger {
  const show = (fields: LogFields, message: string) =>
    line(colors.yellow(`! ${message} ${colors.dim(describeFields(fields))}`));
  return { debug: () => {}, info: () => {}, warn: show, error: show };
}

function describeFields(fields: LogFields): string {
  const texts = Object.entries(fields)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) =>
      name.endsWith("Ms") && typeof value === "number"
        ? `${name.slice(0, -2)} ${milliseconds(value)}`
        : `${name} ${String(value)}`,
    );
  return `(${texts.join(", ")})`;
}
