import { type Clock, CredentialsError, type Logger, TimeoutError } from "@wirekit/core";
import {
  type AwsCredentials,
  type AwsCredentialsProvider,
  findCredentialsFaults,
  readAwsFailure,
  withoutKeys,
} from "@wirekit/core/aws";
import { describeIssues, ExpiringValue, messageOf, redactError } from "@wirekit/core/kit";

/** An AWS key pair, with the session token that belongs to a temporary one. */
export type Credentials = AwsCredentials;

/** Where credentials come from when they change: asked again shortly before they expire. */
export type CredentialsProvider = AwsCredentialsProvider;

/**
 * Credentials that stay the same object until they are replaced, so that what is derived from them can be
 * kept.
 */
export interface CredentialsSource {
  /** Those that need not be asked for. */
  held(): Credentials | undefined;
  /** @throws CredentialsError when there are none. */
  get(): Promise<Credentials>;
  /** Tells that the service did not accept them: the next `get` asks the provider anew. */
  refused(credentials: Credentials): void;
  /** Stops waiting for a provider. */
  close(): void;
}

/** What a source is made of. */
export interface CredentialsSourceOptions {
  /** Fixed ones, or where to ask. */
  readonly credentials: Credentials | CredentialsProvider;
  readonly clock: Clock;
  readonly logger: Logger;
}

/**
 * Where a client takes its credentials from: what a provider answers is kept until shortly before it expires.
 */
export function openCredentials({ credentials, clock, logger }: CredentialsSourceOptions): CredentialsSource {
  if (typeof credentials !== "function") {
    return {
      held: () => credentials,
      get: () => Promise.resolve(credentials),
      refused: () => {},
      close: () => {},
    };
  }
  let last: Credentials | undefined;

  async function ask(provider: CredentialsProvider): Promise<Credentials> {
    try {
      last = checked(await provider());
      return last;
    } catch (thrown) {
      throw new ProviderFailure(thrown, last);
    }
  }
  const value = new ExpiringValue<Credentials>({
    name: "The credentials provider",
    clock,
    expiresAt: ({ expiration }) => expiration?.getTime(),
    fetch: () => ask(credentials),
    onStale: (thrown) =>
      logger.warn(
        { error: messageOf(thrown) },
        "The AWS credentials could not be renewed; they are still valid",
      ),
  });
  return {
    held: () => value.held(),
    async get() {
      try {
        return await value.get();
      } catch (thrown) {
        throw new CredentialsError(`No AWS credentials to sign with: ${messageOf(thrown)}`, {
          retryable: thrown instanceof ProviderFailure ? thrown.isPassing : thrown instanceof TimeoutError,
          cause: thrown instanceof ProviderFailure ? thrown.cause : thrown,
        });
      }
    },
    refused: (credentials) => value.refused(credentials),
    close: () => value.close(),
  };
}

/** What a provider threw, without secrets: its own words may quote what it has read. */
class ProviderFailure extends Error {
  /** Whether it may have credentials a moment later, by the table of AWS's errors. */
  readonly isPassing: boolean;

  constructor(thrown: unknown, last: Credentials | undefined) {
    const secrets = [last?.secretAccessKey, last?.sessionToken];
    const cause = redactError(thrown, { secrets, clean: withoutKeys });
    super(cause.message, { cause });
    this.isPassing = readAwsFailure(thrown).retryable;
  }
}

/**
 * The standard AWS chain: environment, SSO, web identity, shared files, container and instance metadata.
 * Loaded when it is first asked. Each time it is asked it looks anew, so that it finds keys that were
 * replaced in a file.
 */
export function defaultCredentials(region: string, profile?: string): CredentialsProvider {
  return async () => {
    const { defaultProvider } = await import("@aws-sdk/credential-provider-node");
    const named = profile === undefined ? {} : { profile };
    return defaultProvider({ clientConfig: { region }, ignoreCache: true, ...named })();
  };
}

function checked(credentials: Credentials): Credentials {
  const faults = findCredentialsFaults("credentials", credentials);
  if (faults.length > 0)
    throw new TypeError(`the provider gave what cannot be used: ${describeIssues(faults)}`);
  return credentials;
}
