import { ConfigError } from "@wirekit/core";

/** Who a client says it is. */
export interface Credentials {
  readonly username: string;
  readonly password: string;
}

export const defaultCredentials: Credentials = { username: "wirekit", password: "wirekit-secret" };

/** What stands in every configuration file and on every command line without being quoted. */
const plain = /^[A-Za-z0-9._~-]{1,64}$/;

/**
 * The credentials that were asked for, or the default ones.
 *
 * @throws ConfigError where a configuration file of a server could not hold them as they are.
 */
export function credentialsOf(options: Partial<Credentials> | undefined): Credentials {
  const { username = defaultCredentials.username, password = defaultCredentials.password } = options ?? {};
  const issues = Object.entries({ username, password })
    .filter(([, value]) => !plain.test(value))
    .map(([name]) => ({
      path: `credentials.${name}`,
      message: "must be 1 to 64 letters, digits, '.', '_', '~' or '-'",
    }));
  if (issues.length > 0) throw new ConfigError(issues);
  return { username, password };
}
