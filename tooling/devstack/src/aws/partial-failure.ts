import type { ApiRequest } from "./api-request.ts";

/** How one entry of a batch is refused. */
export interface EntryFailure {
  readonly code: string;
  /** Whether the sender is to blame, so that another try would be in vain. */
  readonly senderFault: boolean;
}

/** The body of `request` without the entries in `left out`; undefined when none is left to send on. */
export function withoutEntries(request: ApiRequest, leftOut: ReadonlySet<string>): string | undefined {
  if (request.entries.every(({ id }) => leftOut.has(id))) return undefined;
  return request.service === "sqs" ? jsonWithout(request, leftOut) : formWithout(request, leftOut);
}

function jsonWithout({ body = "{}" }: ApiRequest, leftOut: ReadonlySet<string>): string {
  const request = JSON.parse(body) as { readonly Entries: readonly { readonly Id: string }[] };
  return JSON.stringify({ ...request, Entries: request.Entries.filter(({ Id }) => !leftOut.has(Id)) });
}

function formWithout({ body, entries }: ApiRequest, leftOut: ReadonlySet<string>): string {
  // Members are numbered without gaps, so those that stay are numbered anew.
  const places = new Map(
    entries.filter(({ id }) => !leftOut.has(id)).map(({ index }, place) => [index, place]),
  );
  const kept = [...new URLSearchParams(body)].flatMap(([name, value]): [string, string][] => {
    const match = /^PublishBatchRequestEntries\.member\.(\d+)\.(.*)$/.exec(name);
    if (match === null) return [[name, value]];
    const place = places.get(Number(match[1]) - 1);
    return place === undefined ? [] : [[`PublishBatchRequestEntries.member.${place + 1}.${match[2]}`, value]];
  });
  return new URLSearchParams(kept).toString();
}

/** The answer to the entries that were sent on (undefined: none was), with the others added as failed. */
export function withFailures(
  request: ApiRequest,
  answer: string | undefined,
  leftOut: ReadonlySet<string>,
  failure: EntryFailure,
): string {
  return request.service === "sqs"
    ? jsonWithFailures(answer, leftOut, failure)
    : xmlWithFailures(request.action, answer, leftOut, failure);
}

function jsonWithFailures(
  answer: string | undefined,
  ids: ReadonlySet<string>,
  failure: EntryFailure,
): string {
  const result = JSON.parse(answer ?? "{}") as { Successful?: unknown[]; Failed?: unknown[] };
  const failed = [...ids].map((Id) => ({
    Id,
    Code: failure.code,
    SenderFault: failure.senderFault,
    Message: "refused on purpose",
  }));
  return JSON.stringify({
    Successful: result.Successful ?? [],
    Failed: [...(result.Failed ?? []), ...failed],
  });
}

function xmlWithFailures(
  action: string,
  answer: string | undefined,
  ids: ReadonlySet<string>,
  { code, senderFault }: EntryFailure,
): string {
  const members = [...ids]
    .map(
      (id) =>
        `<member><Id>${id}</Id><Code>${code}</Code><SenderFault>${senderFault}</SenderFault><Message>refused on purpose</Message></member>`,
    )
    .join("");
  if (answer === undefined) {
    return `<${action}Response xmlns="http://sns.amazonaws.com/doc/2010-03-31/"><${action}Result><Successful/><Failed>${members}</Failed></${action}Result><ResponseMetadata><RequestId>none</RequestId></ResponseMetadata></${action}Response>`;
  }
  const withFailed = answer.replace("<Failed/>", "<Failed></Failed>");
  if (withFailed.includes("</Failed>")) return withFailed.replace("</Failed>", `${members}</Failed>`);
  return answer.replace(`</${action}Result>`, `<Failed>${members}</Failed></${action}Result>`);
}
