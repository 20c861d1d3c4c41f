/** Passwords by user name. */
export type Users = Readonly<Record<string, string>>;

/** The SASL mechanisms that the broker knows. */
export const saslMechanisms = ["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"] as const;
export type SaslMechanism = (typeof saslMechanisms)[number];

/** What the server says to one token of the client's. */
export type ExchangeStep =
  | { readonly kind: "challenge" | "success"; readonly token: Buffer }
  | { readonly kind: "failure"; readonly reason: string };

/** One attempt to log in, token by token. */
export type Exchange = (token: Buffer) => ExchangeStep;

/** PLAIN (RFC 4616): identity to act as, user and password, each ended by a zero byte but the last. */
export function plainExchange(users: Users): Exchange {
  return (token) => {
    const [actAs, user = "", password, ...others] = token.toString("utf8").split("\0");
    const known = Object.hasOwn(users, user) && users[user] === password && others.length === 0;
    if (known && (actAs === "" || actAs === user)) return { kind: "success", token: Buffer.alloc(0) };
    return { kind: "failure", reason: "wrong user name or password" };
  };
}
