import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";

/** A message reaches a server, signed; afterwards nothing keeps the process alive. */
export default async function send({ load }) {
  const { KindoClient, SendError } = await load("@wirekit/kindo-client");
  const received = [];
  const server = createServer(async (request, response) => {
    let body = "";
    for await (const chunk of request.setEncoding("utf8")) body += chunk;
    received.push({ authorization: request.headers.authorization, message: JSON.parse(body) });
    const isFirst = received.length === 1;
    response.writeHead(isFirst ? 200 : 400, { "Content-Type": "application/json" });
    response.end(isFirst ? '{"tracking_id": "t-1"}' : '{"message": "no"}');
  });
  await once(server.listen(0, "127.0.0.1"), "listening");

  const client = new KindoClient({
    url: `http://127.0.0.1:${server.address().port}/`,
    credentials: { accessKeyId: "AKIDEXAMPLE", secretAccessKey: "secret" },
  });
  const message = {
    event_type: "user.notification",
    message_channel: "email",
    behavior: "instant",
    payload: { user_id: "12345" },
  };
  try {
    const { trackingId } = await client.send(message);
    assert.equal(trackingId, "t-1");
    await assert.rejects(client.send(message), SendError);
  } finally {
    await client.close();
    server.close();
  }

  assert.deepEqual(received[0].message, { ...message, security_level: "normal" });
  assert.match(received[0].authorization, /^AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/);
}
