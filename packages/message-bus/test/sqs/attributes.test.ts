import { ReceiveMessageCommand, SendMessageCommand } from "@aws-sdk/client-sqs";
import { afterAll, beforeAll, expect, it } from "@jest/globals";
import { processed } from "../contract/consuming.ts";
import { type SqsFixture, startSqs } from "./sqs-fixture.ts";

let sqs: SqsFixture;

beforeAll(async () => {
  sqs = await startSqs();
});

afterAll(async () => {
  await sqs.close();
});

const typed = {
  bytes: { DataType: "Binary", BinaryValue: new Uint8Array([0, 255, 128]) },
  picture: { DataType: "Binary.png", BinaryValue: new Uint8Array([137, 80]) },
  count: { DataType: "Number", StringValue: "12.50" },
  id: { DataType: "String.uuid", StringValue: "Zoë" },
};

it.each(["", ".fifo"])(
  "attributes of every data type come out of a dead letter as they went in%s",
  async (suffix) => {
    const bus = sqs.open();
    const [target, deadLetterTarget] = [sqs.newQueue(suffix), sqs.newQueue(suffix)];
    const fifo = suffix === "" ? {} : { MessageGroupId: "g", MessageDeduplicationId: "d" };
    const body = "not JSON, but Zoë";
    await sqs.client.send(
      new SendMessageCommand({
        QueueUrl: `${sqs.aws.endpointUrl}/${target}`,
        MessageBody: body,
        MessageAttributes: typed,
        ...fifo,
      }),
    );
    const seen = await bus.receiveMessage({ target, visibilityTimeoutMs: 0 });
    expect(seen).toMatchObject({ kind: "invalid", raw: body, headers: { count: "12.50", id: "Zoë" } });
    expect(seen?.rawBytes).toEqual(Buffer.from(body));
    const raw = seen?.rawHeaders.find(({ name }) => name === "bytes");
    expect([raw?.type, [...(raw?.value ?? [])]]).toEqual(["Binary", [0, 255, 128]]);

    await processed(
      bus.consume({ target, deadLetter: { target: deadLetterTarget } }, () => {}),
      1,
    );
    const { Messages: [dead] = [] } = await sqs.client.send(
      new ReceiveMessageCommand({
        QueueUrl: `${sqs.aws.endpointUrl}/${deadLetterTarget}`,
        MessageAttributeNames: ["All"],
      }),
    );
    expect(dead?.Body).toBe(body);
    const { bytes, picture, count, id, ...reasons } = dead?.MessageAttributes ?? {};
    expect([count, id]).toMatchObject([typed.count, typed.id]);
    expect([bytes?.DataType, ...(bytes?.BinaryValue ?? [])]).toEqual(["Binary", 0, 255, 128]);
    expect([picture?.DataType, ...(picture?.BinaryValue ?? [])]).toEqual(["Binary.png", 137, 80]);
    expect(Object.keys(reasons).sort()).toEqual([
      "dead-letter-attempts",
      "dead-letter-error",
      "dead-letter-failed-at",
      "dead-letter-reason",
      "dead-letter-source",
    ]);
  },
);
