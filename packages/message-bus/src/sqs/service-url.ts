import { isAwsHost } from "@wirekit/core/aws";

/** What a base URL says about where queues are. */
export interface ServiceUrl {
  /** What requests go to. */
  readonly endpoint: string;
  /** What a queue's name is put behind; undefined where only SQS knows it, because the account is missing. */
  readonly queuesBase: string | undefined;
  /** The region that AWS's own host names belong to. */
  readonly region: string | undefined;
}

/**
 * `sqs.eu-west-1.amazonaws.com`, `sqs-fips.us-east-1.api.aws`, `vpce-1-2.sqs.eu-west-1.vpce.amazonaws.com`,
 * `eu-west-1.queue.amazonaws.com`.
 */
const hostsRegion =
  /(?:(?:^|\.)sqs(?:-fips)?\.([a-z]{2,}(?:-[a-z]+)+-\d+)\.|^([a-z]{2,}(?:-[a-z]+)+-\d+)\.queue\.)/;
const accountId = /^\/\d{12}$/;

/**
 * Reads the service's base URL.
 *
 * @throws Error whose message says what was expected, for a `ConfigError`; the text itself is not in it.
 */
export function readServiceUrl(text: string): ServiceUrl {
  const url = parse(text);
  if (url === undefined) throw new Error("must be an http(s) URL");
  if (url.username !== "" || url.password !== "")
    throw new Error("must be a URL without user name and password");
  if (url.search !== "" || url.hash !== "") throw new Error("must be a URL without query and fragment");
  const path = url.pathname.replace(/\/+$/, "");
  const queuesBase = `${url.origin}${path}`;
  if (!isAwsHost(url.hostname)) return { endpoint: url.origin, queuesBase, region: undefined };

  const [, ofSqs, ofQueue] = hostsRegion.exec(url.hostname) ?? [];
  const region = ofSqs ?? ofQueue;
  if (path === "") return { endpoint: url.origin, queuesBase: undefined, region };
  // The whole URL of one queue is the likely mistake: every target would be looked for below it.
  if (!accountId.test(path)) {
    throw new Error(
      "must be the service's base URL: an AWS host, with nothing or an account id of 12 digits behind it",
    );
  }
  return { endpoint: url.origin, queuesBase, region };
}

function parse(text: string): URL | undefined {
  if (!URL.canParse(text)) return undefined;
  const url = new URL(text);
  return /^https?:$/.test(url.protocol) ? url : undefined;
}
