export { isConnectFailure } from "./connection-fault.ts";
export { parseHttpDate } from "./http-date.ts";
export {
  HttpResponseError,
  type HttpResponseErrorCode,
  type HttpResponseErrorOptions,
  isRetryableStatus,
  retryAfterMsOf,
} from "./http-response-error.ts";
export { parseJsonBody } from "./json-body.ts";
export { type HttpProxyOptions, proxyFromEnv, withProxyFromEnv } from "./proxy.ts";
export { parseRetryAfter } from "./retry-after.ts";
export {
  type ClosableHttpTransport,
  createHttpTransport,
  type HttpTransportStats,
} from "./transport.ts";
export { type HttpTransportOptions, httpTransportRules, type TlsOptions } from "./transport-options.ts";
export type { HttpCallOptions, HttpHeaders, HttpRequest, HttpResponse, HttpTransport } from "./types.ts";
