import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { createServer } from "node:http";

/** A message reaches SQS in a signed request; afterwards nothing keeps the process alive. */
export default async function sqs({ load, loadOther }) {
  const { AwsError } = await load("@wirekit/core/aws");
  const { SqsMessageBus, SQS, createMessage, encodeMessage } = await load("@wirekit/message-bus");
  const other = await loadOther("@wirekit/core/aws");
  const requests = [];
  const server = createServer(async (request, response) => {
    let body = "";
    for await (const chunk of request.setEncoding("utf8")) body += chunk;
    const action = request.headers["x-amz-target"].split(".")[1];
    requests.push({ action, authorization: request.headers.authorization, input: JSON.parse(body) });
    const [status, answer] = answers[action](JSON.parse(body));
    response.writeHead(status, { "content-type": "application/x-amz-json-1.0" });
    response.end(JSON.stringify(answer));
  });
  await once(server.listen(0, "127.0.0.1"), "listening");

  const queueUrl = `http://127.0.0.1:${server.address().port}`;
  const credentials = { accessKeyId: "AKIDEXAMPLE", secretAccessKey: "secret" };
  const payload = { reference: "REF-1", status: "APPROVED" };
  const input = { source: "LEDGER", serviceToken: "jwt", instructionType: "STATUS_UPDATE", payload };
  const message = createMessage(input);
  const bus = new SqsMessageBus({ queueUrl, credentials });
  const original = new SQS({ queueUrl, credentials });
  try {
    const sent = await bus.sendMessage(message, { target: "updates" });
    assert.deepEqual(sent, { target: "updates", messageId: "m-1" });
    const refused = await original.receiveMessage("nowhere").catch((error) => error);
    assert.ok(refused instanceof AwsError);
    assert.ok(refused instanceof other.AwsError);
    assert.equal(refused.details.queue, "nowhere");
  } finally {
    await bus.close();
    await original.close();
    server.closeAllConnections();
    server.close();
  }

  const [send] = requests;
  assert.equal(send.action, "SendMessageBatch");
  assert.match(send.authorization, /^AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE\/\d+\/eu-west-1\/sqs\//);
  assert.equal(send.input.QueueUrl, `${queueUrl}/updates`);
  assert.deepEqual(send.input.Entries, [{ Id: "0", MessageBody: encodeMessage(message) }]);
}

const answers = {
  // The SDK holds the checksum against what it has sent.
  SendMessageBatch: ({ Entries: [{ Id, MessageBody }] }) => {
    const MD5OfMessageBody = createHash("md5").update(MessageBody).digest("hex");
    return [200, { Successful: [{ Id, MessageId: "m-1", MD5OfMessageBody }], Failed: [] }];
  },
  ReceiveMessage: () => [400, { __type: "com.amazonaws.sqs#QueueDoesNotExist", message: "no such queue" }],
};
