import assert from "node:assert/strict";

/** A request is signed; the same at the same time in both formats. */
export default async function sign({ load, loadOther }) {
  const signed = await signWith(await load("@wirekit/kindo-client"));
  assert.match(signed.headers.Authorization, /^AWS4-HMAC-SHA256 .*Signature=[0-9a-f]{64}$/);
  assert.deepEqual(signed, await signWith(await loadOther("@wirekit/kindo-client")));
}

function signWith({ signRequest }) {
  return signRequest(
    {
      method: "POST",
      url: "https://abc.lambda-url.ap-southeast-2.on.aws/",
      headers: { "Content-Type": "application/json" },
      body: "{}",
    },
    {
      region: "ap-southeast-2",
      service: "lambda",
      credentials: { accessKeyId: "AKIDEXAMPLE", secretAccessKey: "secret" },
      date: new Date("2026-01-02T03:04:05Z"),
    },
  );
}
