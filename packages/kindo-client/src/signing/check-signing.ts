import { findCredentialsFaults } from "@wirekit/core/aws";
import {
  Faults,
  isValidDate,
  type OptionRule,
  type OptionRules,
  option,
  readOptions,
} from "@wirekit/core/kit";
import type { SignableRequest, SignOptions } from "./sign-options.ts";

/**
 * What else a request has is passed over, because it may be one that the caller is about to send.
 *
 * @throws ConfigError naming every member that is missing or cannot be used, and options that do not exist.
 */
export function checkSigning(request: SignableRequest, options: SignOptions): void {
  if (isUsableRequest(request) && areUsable(options)) return;
  const faults = new Faults();
  if (isObject(request)) readOptions(ownMembersOf(request), requestRules, faults);
  else faults.add({ path: "request", message: "must be an object" });
  readOptions(options, optionRules, faults);
  faults.throwIfAny();
}

function ownMembersOf({ method, url, headers, body }: SignableRequest): SignableRequest {
  return { method, url, headers, body };
}

const aFlag = () =>
  option.custom<boolean>((value) => (typeof value === "boolean" ? undefined : "must be true or false"));

const keyPair: OptionRule<void> = (value, path, faults) => {
  if (value !== undefined && !isObject(value)) faults.add({ path, message: "must be an AWS key pair" });
  else faults.add(...findCredentialsFaults(path, value ?? {}));
};

const requestRules = {
  method: option.text({ presence: "required" }),
  url: option.text({ presence: "required" }),
  headers: option.custom<object>((value) =>
    isObject(value) ? undefined : "must be names with values, or a list of such pairs",
  ),
  body: option.custom<string | Uint8Array>((value) =>
    isBody(value) ? undefined : "must be a text or a Uint8Array",
  ),
} as const satisfies OptionRules;

const optionRules = {
  region: option.text({ presence: "required" }),
  service: option.text({ presence: "required" }),
  credentials: keyPair,
  date: option.custom<Date>((value) => (isValidDate(value) ? undefined : "must be a valid Date")),
  normalizePath: aFlag(),
  signBody: aFlag(),
  omitSessionToken: aFlag(),
} as const satisfies OptionRules;

/** A quick look, taken with every signature; `readOptions` finds the words for what is wrong. */
function isUsableRequest(request: SignableRequest): boolean {
  if (!isObject(request) || !isFilled(request.method) || !isFilled(request.url)) return false;
  const { headers, body } = request;
  return (headers === undefined || isObject(headers)) && (body === undefined || isBody(body));
}

/** As {@link isUsableRequest}. */
function areUsable(options: SignOptions): boolean {
  if (!isObject(options) || !isFilled(options.region) || !isFilled(options.service)) return false;
  for (const name in options) {
    const value: unknown = options[name as keyof SignOptions];
    if (value !== undefined && !isUsable(name, value)) return false;
  }
  return isKeyPair(options.credentials);
}

function isUsable(name: string, value: unknown): boolean {
  switch (name) {
    case "region":
    case "service":
    case "credentials":
      return true;
    case "date":
      return isValidDate(value);
    case "normalizePath":
    case "signBody":
    case "omitSessionToken":
      return typeof value === "boolean";
    default:
      return false;
  }
}

function isKeyPair(value: unknown): boolean {
  if (!isObject(value)) return false;
  const { accessKeyId, secretAccessKey, sessionToken } = value as Readonly<Record<string, unknown>>;
  return (
    isFilled(accessKeyId) &&
    isFilled(secretAccessKey) &&
    (sessionToken === undefined || isFilled(sessionToken))
  );
}

function isFilled(value: unknown): boolean {
  return typeof value === "string" && value.trim() !== "";
}

function isBody(value: unknown): boolean {
  return typeof value === "string" || ArrayBuffer.isView(value);
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}
