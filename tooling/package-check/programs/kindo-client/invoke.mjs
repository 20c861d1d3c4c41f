import assert from "node:assert/strict";

/** Without the optional peer, the error names the package to install. */
export default async function invoke({ load }) {
  const { sendToProducerViaArn } = await load("@wirekit/kindo-client");
  const sending = sendToProducerViaArn({
    arn: "arn:aws:lambda:ap-southeast-2:123456789012:function:producer",
    credentials: { accessKeyId: "AKIDEXAMPLE", secretAccessKey: "secret" },
    message: { event_type: "a", message_channel: "email", behavior: "instant", payload: {} },
  });
  await assert.rejects(sending, /npm install @aws-sdk\/client-lambda/);
}
