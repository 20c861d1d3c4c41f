import type { SqsApi, SqsLookup, SqsMessage } from "@wirekit/core/sqs";

type Action = keyof SqsApi | "getQueueUrl";

/**
 * Stands in for SQS where a test looks at requests: remembers them, agrees to everything, and gives no
 * messages but those it is told.
 */
export class ScriptedSqs implements SqsApi, SqsLookup {
  readonly requests: { readonly action: Action; readonly input: Readonly<Record<string, unknown>> }[] = [];
  /** What receives answer with, one list each; none are left: nothing. */
  readonly messages: (readonly SqsMessage[])[] = [];
  /** What a lookup answers; a rejection is a failure. */
  findQueue: (name: string) => Promise<string | undefined> = async (name) =>
    `https://sqs.example.com/1/${name}`;

  inputs(action: Action) {
    return this.requests.filter((request) => request.action === action).map(({ input }) => input);
  }

  getQueueUrl: SqsLookup["getQueueUrl"] = async (input) => {
    this.requests.push({ action: "getQueueUrl", input });
    return { QueueUrl: await this.findQueue(input.QueueName) };
  };

  receiveMessage: SqsApi["receiveMessage"] = async (input) => {
    this.requests.push({ action: "receiveMessage", input });
    return { Messages: this.messages.shift() ?? [] };
  };

  sendMessageBatch: SqsApi["sendMessageBatch"] = async (input) => {
    this.requests.push({ action: "sendMessageBatch", input });
    return { Successful: input.Entries.map(({ Id }) => ({ Id, MessageId: `m-${Id}` })) };
  };

  deleteMessageBatch: SqsApi["deleteMessageBatch"] = async (input) => {
    this.requests.push({ action: "deleteMessageBatch", input });
    return { Successful: input.Entries };
  };

  changeMessageVisibilityBatch: SqsApi["changeMessageVisibilityBatch"] = async (input) => {
    this.requests.push({ action: "changeMessageVisibilityBatch", input });
    return { Successful: input.Entries };
  };
}
