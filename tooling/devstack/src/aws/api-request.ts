import type { MatchedRequest } from "../http/http-fault.ts";

/** One entry of a batch, as far as faults care. */
export interface BatchEntry {
  readonly id: string;
  /** Its place in the request, from 0. */
  readonly index: number;
}

/** A request to SNS or SQS, understood as far as the server needs. */
export interface ApiRequest {
  readonly service: "sns" | "sqs";
  /** `ReceiveMessage`, `PublishBatch`, ...; `Unknown` where the request names none. */
  readonly action: string;
  readonly method: string;
  /** With the query, as it was sent. */
  readonly path: string;
  /** By lower-case name. */
  readonly headers: Readonly<Record<string, string>>;
  /** Empty while it is not read: for a fault that strikes before that. */
  readonly body: string;
  /** The queue that it is about, as the client addressed it; SQS only. */
  readonly queueUrl?: string | undefined;
  /** The topic that it is about; SNS only. */
  readonly topicArn?: string | undefined;
  /** The entries of a batch action; empty for others. */
  readonly entries: readonly BatchEntry[];
}

/** SQS speaks JSON and names the action in a header; SNS speaks forms and names it in the body. */
export function readApiRequest(request: MatchedRequest): ApiRequest {
  const { method, target: path, headers } = request;
  const body = request.body?.toString("utf8") ?? "";
  const target = headers["x-amz-target"];
  if (target !== undefined) {
    const action = target.slice(target.lastIndexOf(".") + 1);
    const { QueueUrl: queueUrl, Entries = [] } = readJson(body);
    const entries = Entries.map(({ Id }, index) => ({ id: Id, index }));
    return { service: "sqs", action, method, path, headers, body, queueUrl, entries };
  }
  const form = new URLSearchParams(body);
  const action = form.get("Action") ?? "Unknown";
  const topicArn = form.get("TopicArn") ?? undefined;
  return { service: "sns", action, method, path, headers, body, topicArn, entries: formEntries(form) };
}

interface JsonRequest {
  readonly QueueUrl?: string;
  readonly Entries?: readonly { readonly Id: string }[];
}

/** A body that is no JSON object is the emulator's to refuse. */
function readJson(body: string): JsonRequest {
  try {
    const { QueueUrl, Entries } = JSON.parse(body) as {
      readonly QueueUrl?: unknown;
      readonly Entries?: unknown;
    };
    return {
      ...(typeof QueueUrl === "string" && { QueueUrl }),
      ...(isEntries(Entries) && { Entries }),
    };
  } catch {
    return {};
  }
}

function isEntries(value: unknown): value is readonly { readonly Id: string }[] {
  return Array.isArray(value) && value.every((entry) => typeof entry?.Id === "string");
}

function formEntries(form: URLSearchParams): BatchEntry[] {
  const entries: BatchEntry[] = [];
  for (;;) {
    const id = form.get(`PublishBatchRequestEntries.member.${entries.length + 1}.Id`);
    if (id === null) return entries;
    entries.push({ id, index: entries.length });
  }
}
