import type { SqsApi, SqsCallOptions, SqsMessage } from "../src/sqs/index.ts";

type Call = { [Action in keyof SqsApi]: readonly [Action, Parameters<SqsApi[Action]>[0]] }[keyof SqsApi];

/** What a fake answers to its next request of one kind. */
type Answers = { [Action in keyof SqsApi]?: SqsApi[Action][] };

/** An SQS that remembers what it was asked, gives what it is told to, and otherwise agrees to everything. */
export class FakeSqs implements SqsApi {
  readonly calls: Call[] = [];
  /** Receives that wait, as a long poll does, for the next `deliver`. */
  readonly polls: { readonly resolve: (messages: readonly SqsMessage[]) => void }[] = [];
  readonly #answers: Answers = {};

  /** Plans the answers to the next requests of this kind. */
  next<Action extends keyof SqsApi>(action: Action, ...answers: SqsApi[Action][]): void {
    const planned = (this.#answers[action] ?? []) as SqsApi[Action][];
    planned.push(...answers);
    Object.assign(this.#answers, { [action]: planned });
  }

  /** The inputs of the requests of this kind, in order. */
  inputs<Action extends keyof SqsApi>(action: Action): Parameters<SqsApi[Action]>[0][] {
    return this.calls.flatMap(([name, input]) =>
      name === action ? [input as Parameters<SqsApi[Action]>[0]] : [],
    );
  }

  /** Ends the poll that has waited longest, with these messages. */
  deliver(...messages: readonly SqsMessage[]): void {
    const poll = this.polls.shift();
    if (poll === undefined) throw new Error("nobody asks for messages");
    poll.resolve(messages);
  }

  receiveMessage: SqsApi["receiveMessage"] = async (input, options) => {
    this.calls.push(["receiveMessage", input]);
    const planned = this.#answers.receiveMessage?.shift();
    if (planned !== undefined) return planned(input, options);
    return { Messages: await this.#poll(options) };
  };

  sendMessageBatch: SqsApi["sendMessageBatch"] = async (input, options) => {
    this.calls.push(["sendMessageBatch", input]);
    const planned = this.#answers.sendMessageBatch?.shift();
    return planned === undefined ? agree(input.Entries) : planned(input, options);
  };

  deleteMessageBatch: SqsApi["deleteMessageBatch"] = async (input, options) => {
    this.calls.push(["deleteMessageBatch", input]);
    const planned = this.#answers.deleteMessageBatch?.shift();
    return planned === undefined ? agree(input.Entries) : planned(input, options);
  };

  changeMessageVisibilityBatch: SqsApi["changeMessageVisibilityBatch"] = async (input, options) => {
    this.calls.push(["changeMessageVisibilityBatch", input]);
    const planned = this.#answers.changeMessageVisibilityBatch?.shift();
    return planned === undefined ? agree(input.Entries) : planned(input, options);
  };

  #poll({ signal }: SqsCallOptions = {}): Promise<readonly SqsMessage[]> {
    return new Promise((resolve, reject) => {
      const poll = { resolve };
      this.polls.push(poll);
      signal?.addEventListener("abort", () => {
        this.polls.splice(this.polls.indexOf(poll), 1);
        reject(signal.reason);
      });
    });
  }
}

function agree(entries: readonly { readonly Id: string }[]) {
  return { Successful: entries.map(({ Id }) => ({ Id, MessageId: `m-${Id}` })) };
}

/** A message as SQS gives it; its receipt handle is `r-` and its id. */
export function sqsMessage(
  id: string,
  { groupId, receiveCount = 1 }: { groupId?: string; receiveCount?: number } = {},
) {
  return {
    MessageId: id,
    ReceiptHandle: `r-${id}`,
    Body: `body of ${id}`,
    Attributes: {
      ApproximateReceiveCount: String(receiveCount),
      ...(groupId !== undefined && { MessageGroupId: groupId }),
    },
  } satisfies SqsMessage;
}
