import { inspect } from "node:util";
import { afterAll, afterEach, beforeAll, expect, it } from "@jest/globals";
import { context, trace } from "@opentelemetry/api";
import { AsyncLocalStorageContextManager } from "@opentelemetry/context-async-hooks";
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  SimpleSpanProcessor,
} from "@opentelemetry/sdk-trace-base";
import {
  credentialsExpired,
  invokeReturns,
  invokeThrows,
  type LambdaUrlFault,
  type LambdaUrlServer,
  malformedJson,
  noTrackingId,
  redirect,
  throttled,
} from "@wirekit/devstack/lambda-url";
import { pino } from "pino";
import { KindoClient, type KindoCommonOptions, WirekitError } from "../src/index.ts";
import { credentials } from "./messages.ts";
import { closeAll, closeLater, startService } from "./stack.ts";

process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED = "true";

const temporary = {
  accessKeyId: "ASIAEXAMPLE",
  secretAccessKey: "SECRETKEY/wJalrXUtnFEMI+K7MDENG",
  sessionToken: "SESSIONTOKEN//AQoDYXdzEPT+example==",
};
const wrong = { ...temporary, secretAccessKey: "SECRETKEY/of-somebody-else" };

const message = {
  event_type: "payment.processed",
  message_channel: "internal",
  behavior: "instant",
  payload: {
    card: "CARDNUMBER-4111111111111111",
    owner: "ÖWNER Zoë Müller",
    nested: [{ note: "PRIVATENOTE" }],
  },
} as const;

/** Whatever of these is found in what the program says, somebody can read who should not. */
const secrets = [
  "SECRETKEY",
  "SESSIONTOKEN",
  "CARDNUMBER",
  "4111111111111111",
  "Müller",
  "M\\u00fcller",
  "PRIVATENOTE",
];

const said: string[] = [];
const exporter = new InMemorySpanExporter();
const logger = pino({ level: "debug" }, { write: (line: string) => void said.push(line) });

beforeAll(() => {
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  const provider = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] });
  trace.setGlobalTracerProvider(provider);
});
afterAll(() => {
  trace.disable();
  context.disable();
});
afterEach(async () => {
  said.length = 0;
  exporter.reset();
  await closeAll();
});

/**
 * Answers with everything that was sent, in several spellings, as a server does that helps with debugging.
 */
const echo: LambdaUrlFault = {
  kind: "answer",
  status: 500,
  body: {
    message: JSON.stringify(message),
    python: '{"owner": "\\u00d6WNER Zo\\u00eb M\\u00fcller"}',
    query: encodeURIComponent(message.payload.owner),
    token: temporary.sessionToken,
    key: temporary.secretAccessKey,
  },
};

const faults: readonly (readonly [string, LambdaUrlFault])[] = [
  ["a refusal that quotes the message", echo],
  ["a bad request", { kind: "answer", status: 400, body: { message: JSON.stringify(message.payload) } }],
  ["a busy service", throttled("0")],
  ["an expired token", credentialsExpired()],
  ["a redirect", redirect(`http://127.0.0.1:9/?${encodeURIComponent(message.payload.card)}`)],
  ["JSON that breaks off", malformedJson()],
  ["an answer without an id", noTrackingId({ echo: message.payload })],
  ["an answer without an end", { kind: "endless" }],
  ["an answer that breaks off", { kind: "truncate", afterBytes: 4 }],
  ["a reset before reading", { kind: "reset", before: "read" }],
  ["a reset before answering", { kind: "reset", before: "answer" }],
  ["a wrong clock", { kind: "clock", skewMs: 600_000 }],
  ["a failing function", invokeThrows({ errorType: "E", errorMessage: JSON.stringify(message) })],
  ["a function that refuses", invokeReturns({ statusCode: 400, body: JSON.stringify(message) })],
  ["a function that answers nonsense", invokeReturns(message.payload)],
];

function open(server: LambdaUrlServer, way: string, options: KindoCommonOptions): KindoClient {
  const target =
    way === "url" ? { url: server.url } : { arn: server.functionArn, endpoint: server.lambdaEndpoint };
  const retry = { maxAttempts: 2, baseDelayMs: 1, maxDelayMs: 1 };
  return closeLater(new KindoClient({ ...target, credentials: temporary, retry, logger, ...options }));
}

/** All that a program could show of a failure. */
function everythingAbout(thrown: unknown): string {
  const { stack } = thrown as Error;
  const spans = exporter.getFinishedSpans().map(({ attributes, status, events, name }) => ({
    name,
    attributes,
    status,
    events,
  }));
  const shown = inspect(thrown, { depth: 10, showHidden: true, maxStringLength: null });
  return [shown, JSON.stringify(thrown), String(thrown), stack, inspect(spans, { depth: 10 }), ...said].join(
    "\n",
  );
}

for (const way of ["url", "arn"]) {
  it.each(faults)(
    `no secret and nothing of the message is shown for %s (by ${way})`,
    async (_name, fault) => {
      const server = await startService({ credentials: temporary });
      server.faults.next(fault, { times: Number.POSITIVE_INFINITY });
      const client = open(server, way, {});
      const thrown: unknown = await client
        .send(message, { timeoutMs: 5_000 })
        .catch((error: unknown) => error);
      expect(leaksIn(everythingAbout(thrown))).toEqual([]);
    },
  );

  it.each<[string, KindoCommonOptions]>([
    ["a wrong key", { credentials: wrong }],
    ["another region", { region: "us-east-1" }],
    ["a missing token", { credentials: { ...temporary, sessionToken: undefined } }],
    ["credentials that cannot be had", { credentials: () => Promise.reject(new Error("no network")) }],
    [
      "a schema that the message does not fit",
      { schema: { properties: { payload: { properties: { card: { const: 1 } } } } } },
    ],
  ])(`no secret and nothing of the message is shown for %s (by ${way})`, async (_name, options) => {
    const server = await startService({ credentials: temporary });
    const client = open(server, way, options);
    const thrown: unknown = await client.send(message).catch((error: unknown) => error);
    expect(thrown).toBeInstanceOf(WirekitError);
    expect(leaksIn(everythingAbout(thrown))).toEqual([]);
  });
}

it("notices a leak", () => {
  expect(leaksIn(everythingAbout(new Error(`the token is ${temporary.sessionToken}`)))).toEqual([
    "SESSIONTOKEN",
  ]);
  expect(credentials.secretAccessKey).not.toContain("SECRETKEY");
});

function leaksIn(text: string): readonly string[] {
  return secrets.filter((secret) => text.includes(secret));
}
