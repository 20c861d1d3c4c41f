import { ConfigError, type Env, type Issue, type Overrides } from "@wirekit/core";
import { env as parse, readEnv } from "@wirekit/core/kit";
import { readServiceUrl } from "./service-url.ts";
import { resolveSqsOptions, type SqsCredentials, type SqsMessageBusOptions } from "./sqs-options.ts";

const variables = {
  queueUrl: {
    name: "SQS_QUEUE_URL",
    parse: (text: string) => {
      readServiceUrl(text);
      return text;
    },
  },
  region: { name: "AWS_REGION", parse: parse.text },
  accessKeyId: { name: "AWS_ACCESS_KEY_ID", parse: parse.text },
  secretAccessKey: { name: "AWS_SECRET_ACCESS_KEY", parse: parse.text },
  sessionToken: { name: "AWS_SESSION_TOKEN", parse: parse.text },
} as const;

type Values = ReturnType<typeof readEnv<typeof variables>>;

/**
 * The options that the environment names, with `overrides` in their place.
 *
 * @throws ConfigError naming every variable and option at fault.
 */
export function sqsOptionsFromEnv(
  env: Env,
  overrides: Overrides<SqsMessageBusOptions> = {},
): SqsMessageBusOptions {
  const issues: Issue[] = [];
  const values = collecting(issues, () => readEnv(env, variables));
  const queueUrl = overrides.queueUrl ?? values?.queueUrl;
  if (queueUrl === undefined && !issues.some(({ path }) => path === variables.queueUrl.name)) {
    issues.push({ path: variables.queueUrl.name, message: "is required" });
  }
  const options: SqsMessageBusOptions = {
    ...overrides,
    // Where it is missing that has been said already; the rest is checked with a URL that is none of AWS's.
    queueUrl: queueUrl ?? "http://localhost",
    region: overrides.region ?? values?.region,
    credentials: overrides.credentials ?? (values && credentialsFrom(values, issues)),
  };
  collecting(issues, () => resolveSqsOptions(options));
  if (issues.length > 0) throw new ConfigError(issues);
  return options;
}

/** Read here, because the standard chain looks only into `process.env`; without a pair it is asked, for profiles and roles. */
function credentialsFrom(values: Values, issues: Issue[]): SqsCredentials | undefined {
  const { accessKeyId, secretAccessKey, sessionToken } = values;
  if (accessKeyId !== undefined && secretAccessKey !== undefined) {
    return { accessKeyId, secretAccessKey, sessionToken };
  }
  const [present, missing] =
    accessKeyId === undefined
      ? [secretAccessKey, variables.accessKeyId.name]
      : [accessKeyId, variables.secretAccessKey.name];
  if (present !== undefined)
    issues.push({ path: missing, message: "is required with the other half of the pair" });
  return undefined;
}

function collecting<T>(issues: Issue[], task: () => T): T | undefined {
  try {
    return task();
  } catch (thrown) {
    if (!(thrown instanceof ConfigError)) throw thrown;
    issues.push(...thrown.issues);
    return undefined;
  }
}
