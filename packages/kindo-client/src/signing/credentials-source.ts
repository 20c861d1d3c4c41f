import { type Clock, type Logger, redactText } from "@wirekit/core";
import { messageOf } from "@wirekit/core/kit";
import { SendError } from "../errors.ts";
import type { Credentials, CredentialsProvider } from "./credentials.ts";

/** Credentials that stay the same object until they are replaced, so that what is derived from them can be kept. */
export interface CredentialsSource {
  /** Those that need not be asked for. */
  held(): Credentials | undefined;
  /** @throws SendError with the code `kindo/no-credentials` when there are none. */
  current(): Promise<Credentials>;
  /** Asks again next time: the service did not accept `refused`. */
  discard(refused: Credentials): void;
}

/** What a source is made of. */
export interface CredentialsSourceOptions {
  /** Fixed ones, or where to ask. */
  readonly credentials: Credentials | CredentialsProvider;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Credentials that expire sooner than this are replaced. */
const refreshBeforeMs = 5 * 60 * 1000;

/**
 * Keeps what a provider answers until shortly before it expires. Many sends at once ask only once. A provider that fails while
 * the old credentials are still good does no harm yet.
 */
export function credentialsSource(options: CredentialsSourceOptions): CredentialsSource {
  const { credentials, clock, logger } = options;
  if (typeof credentials !== "function") {
    return { held: () => credentials, current: () => Promise.resolve(credentials), discard: () => {} };
  }
  let last: Credentials | undefined;
  let asking: Promise<Credentials> | undefined;

  async function ask(provider: CredentialsProvider): Promise<Credentials> {
    try {
      last = checked(await provider());
      return last;
    } catch (thrown) {
      const error = redactText(messageOf(thrown), { secrets: [last?.secretAccessKey, last?.sessionToken] });
      if (last === undefined || leftMs(last) <= 0) throw noCredentials(error, thrown);
      logger.warn({ error }, "The AWS credentials could not be renewed; they are still valid");
      return last;
    } finally {
      asking = undefined;
    }
  }

  function leftMs({ expiration }: Credentials): number {
    return expiration === undefined ? Number.POSITIVE_INFINITY : expiration.getTime() - clock.now();
  }

  const held = () => (last !== undefined && leftMs(last) > refreshBeforeMs ? last : undefined);
  return {
    held,
    async current() {
      const known = held();
      if (known !== undefined) return known;
      asking ??= ask(credentials);
      return asking;
    },
    discard(refused) {
      if (last === refused) last = undefined;
    },
  };
}

/**
 * The standard AWS chain: environment, SSO, web identity, shared files, container and instance metadata. Loaded when it
 * is first asked.
 */
export function defaultCredentials(region: string, profile?: string): CredentialsProvider {
  let chain: CredentialsProvider | undefined;
  return async () => {
    const { defaultProvider } = await import("@aws-sdk/credential-provider-node");
    chain ??= defaultProvider({ clientConfig: { region }, ...(profile === undefined ? {} : { profile }) });
    return chain();
  };
}

function checked(credentials: Credentials): Credentials {
  for (const name of ["accessKeyId", "secretAccessKey"] as const) {
    const value: unknown = credentials?.[name];
    if (typeof value !== "string" || value === "") throw new Error(`the provider gave no ${name}`);
  }
  return credentials;
}

function noCredentials(reason: string, cause: unknown): SendError {
  return new SendError(`No AWS credentials to sign with: ${reason}`, { code: "kindo/no-credentials", cause });
}
