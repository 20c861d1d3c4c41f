import { ConfigError } from "../errors/config-error.ts";
import type { Issue } from "../errors/issues.ts";
import { memberPath } from "../errors/issues.ts";
import { isValidDate } from "../kit/by-tag.ts";
import type { OptionRule } from "../kit/read-options.ts";
import { withTimeout } from "../kit/waiting.ts";
import { AwsError, toAwsError } from "./aws-error.ts";

/** A key pair of AWS, with the session token that belongs to a temporary one. */
export interface AwsCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string | undefined;
  /** Until when AWS accepts them. A provider is asked again before. Without it they last. */
  readonly expiration?: Date | undefined;
}

/** Where credentials come from that change. */
export type AwsCredentialsProvider = () => Promise<AwsCredentials>;

/** Fixed credentials, or where they come from. */
export type AwsCredentialsOption = AwsCredentials | AwsCredentialsProvider;

/**
 * The rule of an option that takes credentials. What the AWS SDK adds to its own (`$source`, `accountId`) is
 * allowed.
 */
export function credentialsOption(): OptionRule<AwsCredentialsOption | undefined> {
  return (value, path, faults) => {
    if (value !== undefined && typeof value !== "function") faults.add(...findCredentialsFaults(path, value));
    return value as AwsCredentialsOption | undefined;
  };
}

/** What is wrong with credentials; it names their members, and never shows a value. */
export function findCredentialsFaults(path: string, value: unknown): Issue[] {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    return [{ path, message: "must be credentials, or a function that returns a promise of them" }];
  }
  const { accessKeyId, secretAccessKey, sessionToken, expiration } = value as Record<string, unknown>;
  const issues: Issue[] = [];
  const add = (member: string, message: string) => issues.push({ path: memberPath(path, member), message });
  for (const [member, text] of Object.entries({ accessKeyId, secretAccessKey })) {
    if (text === undefined || text === "") add(member, "is required");
    else if (!isText(text)) add(member, "must be a text that is not empty");
  }
  if (sessionToken !== undefined && !isText(sessionToken))
    add("sessionToken", "must be a text that is not empty");
  if (expiration !== undefined && !isValidDate(expiration)) add("expiration", "must be a valid Date");
  return issues;
}

/** A provider that AWS's SDK can ask: the SDK tells apart what is `undefined` and what is absent. */
export interface SdkCredentials {
  accessKeyId: string;
  secretAccessKey: string;
  sessionToken?: string;
  expiration?: Date;
}

/** How a provider of credentials is asked. */
export interface AskingOptions {
  /**
   * The longest that it may take, in milliseconds. One that hangs is asked again by the next request. Default
   * 10,000.
   */
  readonly timeoutMs?: number | undefined;
}

const asking = "Asking for AWS credentials";

/**
 * Credentials as the AWS SDK wants them. A provider that fails, whatever it throws, or takes too long makes a
 * transient {@link AwsError}: the request never left, and the source may be back a moment later. What AWS
 * itself has refused keeps its meaning.
 */
export function sdkCredentials(credentials: AwsCredentials): SdkCredentials;
export function sdkCredentials(
  credentials: AwsCredentialsOption,
  options?: AskingOptions,
): SdkCredentials | (() => Promise<SdkCredentials>);
export function sdkCredentials(
  credentials: AwsCredentialsOption,
  { timeoutMs = 10_000 }: AskingOptions = {},
): SdkCredentials | (() => Promise<SdkCredentials>) {
  if (typeof credentials !== "function") return withoutAbsent(credentials);
  // Within a function of its own, so that one which throws at once rejects as well.
  const ask = async () => credentials();
  return async () => {
    try {
      const provided = await withTimeout(asking, ask, { timeoutMs });
      const [fault] = findCredentialsFaults("credentials", provided);
      if (fault === undefined) return withoutAbsent(provided);
      throw Object.assign(new Error(fault.message), { name: "CredentialsProviderError" });
    } catch (thrown) {
      const error = toAwsError(asking, thrown, { request: "unsent" });
      if (error instanceof ConfigError || (error instanceof AwsError && error.kind !== "sender")) throw error;
      const message = error instanceof AwsError ? error.message : `${asking} failed: ${error.message}`;
      const fault = "CredentialsProviderError";
      throw new AwsError(message, {
        kind: "transient",
        request: "unsent",
        fault,
        cause: error.cause ?? error,
      });
    }
  };
}

function withoutAbsent({
  accessKeyId,
  secretAccessKey,
  sessionToken,
  expiration,
}: AwsCredentials): SdkCredentials {
  return {
    accessKeyId,
    secretAccessKey,
    ...(sessionToken !== undefined && { sessionToken }),
    ...(expiration !== undefined && { expiration }),
  };
}

function isText(value: unknown): value is string {
  return typeof value === "string" && value.trim() !== "";
}
