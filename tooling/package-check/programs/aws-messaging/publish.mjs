import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";

/** A message reaches SNS in a signed request; afterwards nothing keeps the process alive. */
export default async function publish({ load, loadOther }) {
  const { AwsMessaging, awsMessagingConfig, ValidationFailedError } = await load("@wirekit/aws-messaging");
  const other = await loadOther("@wirekit/aws-messaging");
  const requests = [];
  const server = createServer(async (request, response) => {
    let body = "";
    for await (const chunk of request.setEncoding("utf8")) body += chunk;
    requests.push({ authorization: request.headers.authorization, form: new URLSearchParams(body) });
    response.writeHead(200, { "content-type": "text/xml" });
    response.end(
      '<PublishBatchResponse xmlns="http://sns.amazonaws.com/doc/2010-03-31/"><PublishBatchResult><Failed/><Successful><member><Id>0</Id><MessageId>m-1</MessageId></member></Successful></PublishBatchResult></PublishBatchResponse>',
    );
  });
  await once(server.listen(0, "127.0.0.1"), "listening");

  const messaging = new AwsMessaging(
    awsMessagingConfig({
      regionName: "eu-west-1",
      endpointUrl: `http://127.0.0.1:${server.address().port}`,
      accountId: "123456789012",
      environment: "prod",
      credentials: { accessKeyId: "AKIDEXAMPLE", secretAccessKey: "secret" },
    }),
  );
  // Any Standard Schema: this one by hand.
  const validate = (value) =>
    typeof value?.id === "string" ? { value } : { issues: [{ message: "must be a text", path: ["id"] }] };
  const target = { topic: "user-events", schema: { "~standard": { version: 1, vendor: "own", validate } } };
  try {
    assert.deepEqual(await messaging.publish(target, { id: "u-1" }), { messageId: "m-1" });
    const refused = await messaging.publish(target, { id: 1 }).catch((error) => error);
    assert.ok(refused instanceof ValidationFailedError);
    assert.ok(refused instanceof other.ValidationFailedError);
  } finally {
    await messaging.close();
    server.closeAllConnections();
    server.close();
  }

  assert.equal(requests.length, 1);
  assert.match(requests[0].authorization, /^AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/);
  const { form } = requests[0];
  assert.equal(form.get("TopicArn"), "arn:aws:sns:eu-west-1:123456789012:prod-user-events");
  assert.equal(form.get("PublishBatchRequestEntries.member.1.Message"), '{"id":"u-1"}');
}
