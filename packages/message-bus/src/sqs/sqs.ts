import type { CloseOptions, CloseReport, Env, Overrides, WaitOptions } from "@wirekit/core";
import { withProxyFromEnv } from "@wirekit/core/http";
import { makeFromEnv } from "@wirekit/core/kit";
import type { ReceiveOptions } from "../message-bus.ts";
import { dictionaryOf, type ReceivedDictionary } from "../received-dictionary.ts";
import type { SendableMessage } from "../wire/message.ts";
import { SqsMessageBus, type SqsSentMessage } from "./sqs-message-bus.ts";
import { type SqsMessageBusOptions, sqsVariables } from "./sqs-options.ts";

/** How long a receive waits, and for how long it holds what it got. */
export type SQSReceiveOptions = Pick<ReceiveOptions, "signal" | "timeoutMs" | "visibilityTimeoutMs">;

/**
 * The original's class, over {@link SqsMessageBus}. As the original it reads `AWS_REGION` and `HTTPS_PROXY`,
 * and the AWS SDK finds the credentials; other than the original it delays nothing unless `delaySeconds` is
 * given, waits for messages, hides what it has received, and throws what goes wrong.
 */
export class SQS implements AsyncDisposable {
  readonly #bus: SqsMessageBus;

  /** @throws ConfigError naming every option at fault. */
  constructor(options: SqsMessageBusOptions, env: Env = process.env) {
    const variables = { region: sqsVariables.region };
    this.#bus = makeFromEnv<SqsMessageBusOptions, SqsMessageBus>(
      { variables, env, overrides: options },
      (read) => new SqsMessageBus(withProxyFromEnv(read, env)),
    );
  }

  /**
   * As the environment says, with the variables of {@link SqsMessageBus.fromEnv}. `overrides` come first.
   *
   * @throws ConfigError naming every variable and option at fault.
   */
  static fromEnv(env: Env = process.env, overrides: Overrides<SqsMessageBusOptions> = {}): SQS {
    return makeFromEnv<SqsMessageBusOptions, SQS>(
      { variables: sqsVariables, env, overrides },
      (read) => new SQS(withProxyFromEnv(read, env), {}),
    );
  }

  /** The bus that does the work, for what the original does not have: consumers, bulk sends, counters. */
  get bus(): SqsMessageBus {
    return this.#bus;
  }

  /**
   * As {@link SqsMessageBus.sendMessage}. On a FIFO queue each message is a group of its own: the original
   * knows no keys.
   */
  sendMessage(
    message: SendableMessage,
    targetQueue: string,
    options: WaitOptions = {},
  ): Promise<SqsSentMessage> {
    return this.#bus.sendMessage(message, { ...options, target: targetQueue });
  }

  /**
   * One message as `{ [receiptHandle]: body }`, or undefined when there is none within the time (1,000 ms
   * unless said). As in the original, kinds that are not known are messages as well, and payloads are not
   * judged.
   *
   * @throws ReceivedInvalidError for a body that is not JSON or no valid envelope, with the body and the
   * receipt handle; and what {@link SqsMessageBus.receiveMessage} throws.
   */
  async receiveMessage(
    targetQueue: string,
    options: SQSReceiveOptions = {},
  ): Promise<ReceivedDictionary | undefined> {
    const received = await this.#bus.receiveMessage({
      ...options,
      target: targetQueue,
      unknownKinds: "pass",
    });
    return received === undefined ? undefined : dictionaryOf(received);
  }

  /** As {@link SqsMessageBus.deleteMessage}. */
  deleteMessage(targetQueue: string, receiptHandle: string, options: WaitOptions = {}): Promise<void> {
    return this.#bus.deleteMessage(targetQueue, receiptHandle, options);
  }

  close(options?: CloseOptions): Promise<CloseReport<SendableMessage>> {
    return this.#bus.close(options);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }
}
