import { type Clock, CredentialsError, type Logger, redactText, TimeoutError } from "@wirekit/core";
import { ExpiringValue, messageOf } from "@wirekit/core/kit";

/** An AWS key pair, with the session token that belongs to a temporary one. */
export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string | undefined;
  /** When they stop being accepted. Without it they are taken to last. */
  readonly expiration?: Date | undefined;
}

/** Where credentials come from when they change: asked again shortly before they expire. */
export type CredentialsProvider = () => Promise<Credentials>;

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
  const textOf = (thrown: unknown) =>
    redactText(messageOf(thrown), { secrets: [last?.secretAccessKey, last?.sessionToken] });

  const value = new ExpiringValue<Credentials>({
    name: "The credentials provider",
    clock,
    expiresAt: ({ expiration }) => expiration?.getTime(),
    async fetch() {
      last = checked(await credentials());
      return last;
    },
    onStale: (thrown) =>
      logger.warn(
        { error: textOf(thrown) },
        "The AWS credentials could not be renewed; they are still valid",
      ),
  });
  return {
    held: () => value.held(),
    async get() {
      try {
        return await value.get();
      } catch (thrown) {
        const reason = textOf(thrown);
        throw new CredentialsError(`No AWS credentials to sign with: ${reason}`, {
          retryable: thrown instanceof TimeoutError,
          // The provider's own error is not handed on: it may hold what it failed to read.
          cause: thrown instanceof TimeoutError ? thrown : new Error(reason),
        });
      }
    },
    refused: (credentials) => value.refused(credentials),
    close: () => value.close(),
  };
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
  for (const name of ["accessKeyId", "secretAccessKey"] as const) {
    const value: unknown = credentials?.[name];
    if (typeof value !== "string" || value === "") throw new Error(`the provider gave no ${name}`);
  }
  const expiration: unknown = credentials.expiration;
  if (expiration !== undefined && !isValidDate(expiration)) {
    throw new Error("the provider gave an expiration that is not a valid Date");
  }
  return credentials;
}

export function isValidDate(value: unknown): value is Date {
  // By its class's name: a Date of another realm is one too.
  return (
    Object.prototype.toString.call(value) === "[object Date]" && !Number.isNaN((value as Date).getTime())
  );
}
