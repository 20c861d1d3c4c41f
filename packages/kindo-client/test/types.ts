// What must compile, and what must not: checked by `typecheck`, never run.
import {
  type JsonObject,
  KindoClient,
  type KindoClientOptions,
  type KindoOutcome,
  type ProducerPayload,
  SendError,
  type SendErrorCode,
  type SendManyReport,
  signRequest,
} from "../src/index.ts";

const url = "https://abc.lambda-url.ap-southeast-2.on.aws/";
const arn = "arn:aws:lambda:ap-southeast-2:123456789012:function:kindo-producer";
const message = { event_type: "a", message_channel: "b", behavior: "instant", payload: {} } as const;

/** Takes what must be assignable. */
declare function accept<Expected>(value: Expected): void;

accept<ProducerPayload>(message);
accept<ProducerPayload>({ ...message, security_level: "sensitive" });
accept<ProducerPayload>({ ...message, security_level: undefined });
accept<ProducerPayload>({
  ...message,
  payload: { a: [1, "b", null, { c: true }], at: new Date(), none: undefined },
});
// @ts-expect-error `instant` is the only behavior
accept<ProducerPayload>({ ...message, behavior: "scheduled" });
// @ts-expect-error a literal, not any text
accept<ProducerPayload>({ ...message, behavior: "instant" as string });
// @ts-expect-error there are two levels
accept<ProducerPayload>({ ...message, security_level: "secret" });
// @ts-expect-error null is no level
accept<ProducerPayload>({ ...message, security_level: null });
// @ts-expect-error a payload is an object
accept<ProducerPayload>({ ...message, payload: "text" });
// @ts-expect-error and no list
accept<ProducerPayload>({ ...message, payload: [1] });
// @ts-expect-error JSON has no BigInt
accept<ProducerPayload>({ ...message, payload: { a: 1n } });
// @ts-expect-error and no functions
accept<ProducerPayload>({ ...message, payload: { a: () => 1 } });
// @ts-expect-error and no Map
accept<ProducerPayload>({ ...message, payload: { a: new Map() } });
// @ts-expect-error the fields are spelled as on the wire
accept<ProducerPayload>({ ...message, securityLevel: "normal" });
// @ts-expect-error a channel is required
accept<ProducerPayload>({ event_type: "a", behavior: "instant", payload: {} });
accept<JsonObject>({ deep: { deeper: [{ deepest: "x" }] } });

accept<KindoClientOptions>({ url });
accept<KindoClientOptions>({ arn, region: undefined });
// @ts-expect-error one of them
accept<KindoClientOptions>({});
// @ts-expect-error not both
accept<KindoClientOptions>({ url, arn });
// @ts-expect-error an ARN is not sent to over fetch
accept<KindoClientOptions>({ arn, fetch });
// @ts-expect-error retrying is never a yes or no
accept<KindoClientOptions>({ url, retry: false });

declare const report: SendManyReport;
for (const outcome of report.outcomes) {
  switch (outcome.kind) {
    case "delivered":
      accept<string>(outcome.trackingId);
      break;
    case "rejected":
      accept<string>(outcome.error.code);
      // @ts-expect-error it was not accepted, so there is no id
      outcome.trackingId;
      break;
    case "not-sent":
    case "dropped":
    case "expired":
    case "unconfirmed":
      accept<string>(outcome.error.code);
      break;
    default:
      accept<never>(outcome);
  }
}
// @ts-expect-error an error says why
accept<KindoOutcome>({ kind: "expired" });

declare const thrown: unknown;
if (thrown instanceof SendError) {
  accept<SendErrorCode>(thrown.code);
  // @ts-expect-error no such code
  accept<boolean>(thrown.code === "kindo/unknown");
}

async function use(client: KindoClient): Promise<void> {
  accept<string>((await client.send(message)).trackingId);
  // @ts-expect-error a wrong literal does not compile
  await client.send({ ...message, behavior: "later" });
  await client.sendMany([message], {
    concurrency: 4,
    onProgress: ({ done, total }) => accept<unknown>([done, total]),
  });
  // @ts-expect-error one message is not many
  await client.sendMany(message);
  for await (const { index, outcome } of client.sendStream([message])) accept<unknown>([index, outcome.kind]);
}
void use(new KindoClient({ url }));

const credentials = { accessKeyId: "A", secretAccessKey: "S" };
void signRequest({ method: "POST", url, headers: [["a", "b"]] }, { region: "r", service: "s", credentials });
void signRequest({ method: "POST", url, headers: { a: "b" } }, { region: "r", service: "s", credentials });
// @ts-expect-error somebody has to sign
void signRequest({ method: "POST", url }, { region: "r", service: "s" });
