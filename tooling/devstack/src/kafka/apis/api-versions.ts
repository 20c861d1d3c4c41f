import { errorCode } from "../errors.ts";
import { layouts, type ResponseOf } from "../protocol/layouts.ts";
import { type Api, answer } from "./api.ts";
import { noError } from "./partitions.ts";

const apiKeys = Object.values(layouts).map(({ key, versions: [minVersion, maxVersion] }) => ({
  apiKey: key,
  minVersion,
  maxVersion,
}));

export const apiVersions: Api<"ApiVersions"> = {
  handle: () => answer({ errorCode: noError, apiKeys }),
  fail: (_request, error) => answer({ errorCode: errorCode(error), apiKeys: [] }),
};

/**
 * For who asks in a version that is too new, in the form of version 0, which everyone can read: what to ask
 * in instead.
 */
export const unsupportedApiVersions: ResponseOf<"ApiVersions"> = {
  errorCode: errorCode("UNSUPPORTED_VERSION"),
  apiKeys: apiKeys.filter(({ apiKey }) => apiKey === layouts.ApiVersions.key),
};
