import { faultOf } from "../faults/hold.ts";
import type { Answer } from "../http/answer.ts";
import type { Circumstances, HttpErrorFault, HttpService } from "../http/faulty-service.ts";
import { type ApiRequest, readApiRequest } from "./api-request.ts";
import type { Emulator } from "./emulator.ts";
import type { AwsFault } from "./faults.ts";
import { withFailures, withoutEntries } from "./partial-failure.ts";

/** How often each action was asked for; requests that met a fault count too. */
export type RequestCounts = Record<string, number>;

const maxBatchEntries = 10;

/** SNS and SQS before the emulator: counts what passes, and carries out the faults that are their own. */
export function createAwsService(
  emulator: Emulator,
  counts: RequestCounts,
): HttpService<AwsFault, ApiRequest, ApiRequest> {
  return {
    understand: readApiRequest,
    observe(_request, _now, understood) {
      counts[understood.action] = (counts[understood.action] ?? 0) + 1;
      return understood;
    },
    apply: (request, circumstances) =>
      request.entries.length > maxBatchEntries
        ? tooManyEntries(request)
        : act(emulator, request, circumstances),
    refuse: errorAnswer,
  };
}

async function act(
  emulator: Emulator,
  request: ApiRequest,
  { faults, gone }: Circumstances<AwsFault>,
): Promise<Answer> {
  const failing = faultOf({ faults }, "fail-entries");
  if (failing !== undefined) {
    const failed = new Set(request.entries.filter(failing.which).map(({ id }) => id));
    const rest = withoutEntries(request, failed);
    const result = rest === undefined ? undefined : await emulator.ask(request, rest, gone);
    const body = withFailures(request, result?.body.toString("utf8"), failed, failing);
    return { status: 200, headers: contentType(request), body: Buffer.from(body) };
  }
  const result = await emulator.ask(request, request.body, gone);
  if (faultOf({ faults }, "duplicate")) return changeMessages(result, (all) => [...all, ...all]);
  if (faultOf({ faults }, "reverse")) return changeMessages(result, (all) => [...all].reverse());
  return result;
}

/** What AWS refuses and the emulator lets through. */
function tooManyEntries(request: ApiRequest): Answer {
  const prefix = request.service === "sqs" ? "AWS.SimpleQueueService." : "";
  return errorAnswer(request, { kind: "error", code: `${prefix}TooManyEntriesInBatchRequest` });
}

function errorAnswer(request: ApiRequest, { code, status = 400 }: HttpErrorFault): Answer {
  if (request.service === "sqs") {
    const body = JSON.stringify({ __type: `com.amazonaws.sqs#${code}`, message: "refused on purpose" });
    const headers = { ...contentType(request), "x-amzn-requestid": "devstack" };
    return { status, headers, body: Buffer.from(body) };
  }
  const type = status < 500 ? "Sender" : "Receiver";
  const body = `<ErrorResponse xmlns="http://sns.amazonaws.com/doc/2010-03-31/"><Error><Type>${type}</Type><Code>${code}</Code><Message>refused on purpose</Message></Error><RequestId>devstack</RequestId></ErrorResponse>`;
  return { status, headers: contentType(request), body: Buffer.from(body) };
}

function contentType(request: ApiRequest): Record<string, string> {
  return { "content-type": request.service === "sqs" ? "application/x-amz-json-1.0" : "text/xml" };
}

function changeMessages(
  answer: Answer,
  change: (messages: readonly unknown[]) => readonly unknown[],
): Answer {
  const result = JSON.parse(answer.body.toString("utf8")) as { Messages?: readonly unknown[] };
  const changed = { ...result, Messages: change(result.Messages ?? []) };
  return { ...answer, body: Buffer.from(JSON.stringify(changed)) };
}
