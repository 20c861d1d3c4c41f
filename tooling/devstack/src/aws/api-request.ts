import type { IncomingHttpHeaders } from "node:http";

/** One entry of a batch, as far as faults care. */
export interface BatchEntry {
  readonly id: string;
  /** Its place in the request, from 0. */
  readonly index: number;
}

/** A request to SNS or SQS, understood as far as the proxy needs. */
export interface ApiRequest {
  readonly service: "sns" | "sqs";
  /** `ReceiveMessage`, `PublishBatch`, ... */
  readonly action: string;
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  /** The queue that it is about, as the client addressed it; SQS only. */
  readonly queueUrl?: string | undefined;
  /** The entries of a batch action; empty for others. */
  readonly entries: readonly BatchEntry[];
}

/** SQS speaks JSON and names the action in a header; SNS speaks forms and names it in the body. */
export function readApiRequest(
  method: string,
  path: string,
  headers: IncomingHttpHeaders,
  body: string,
): ApiRequest {
  const target = headers["x-amz-target"];
  if (typeof target === "string") {
    const action = target.slice(target.lastIndexOf(".") + 1);
    const { QueueUrl: queueUrl, Entries = [] } = JSON.parse(body === "" ? "{}" : body) as JsonRequest;
    const entries = Entries.map(({ Id }, index) => ({ id: Id, index }));
    return { service: "sqs", action, method, path, headers, body, queueUrl, entries };
  }
  const form = new URLSearchParams(body);
  const action = form.get("Action") ?? "Unknown";
  return { service: "sns", action, method, path, headers, body, entries: formEntries(form) };
}

interface JsonRequest {
  readonly QueueUrl?: string;
  readonly Entries?: readonly { readonly Id: string }[];
}

function formEntries(form: URLSearchParams): BatchEntry[] {
  const entries: BatchEntry[] = [];
  for (;;) {
    const id = form.get(`PublishBatchRequestEntries.member.${entries.length + 1}.Id`);
    if (id === null) return entries;
    entries.push({ id, index: entries.length });
  }
}
