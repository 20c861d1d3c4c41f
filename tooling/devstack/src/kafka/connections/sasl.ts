import { scramExchange } from "./scram.ts";

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

const exchanges: Readonly<Record<SaslMechanism, (users: Users) => Exchange>> = {
  PLAIN: plainExchange,
  "SCRAM-SHA-256": (users) => scramExchange("SCRAM-SHA-256", users),
  "SCRAM-SHA-512": (users) => scramExchange("SCRAM-SHA-512", users),
};

/** How far a connection has got with logging in. */
export type LoginState = "not-needed" | "handshake" | "tokens" | "bare-tokens" | "logged-in" | "failed";

/** The login of one connection: a handshake that names the mechanism, then tokens. */
export class Login {
  readonly #users: Users | undefined;
  readonly #mechanisms: readonly SaslMechanism[];
  #state: LoginState;
  #exchange: Exchange | undefined;

  /** Without `users` there is nothing to log in to. */
  constructor(users: Users | undefined, mechanisms: readonly SaslMechanism[]) {
    this.#users = users;
    this.#mechanisms = mechanisms;
    this.#state = users === undefined ? "not-needed" : "handshake";
  }

  get state(): LoginState {
    return this.#state;
  }
  get mechanisms(): readonly SaslMechanism[] {
    return this.#mechanisms;
  }
  /** Whether the client may use the broker. */
  get trusted(): boolean {
    return this.#state === "not-needed" || this.#state === "logged-in";
  }

  /** Begins with a mechanism. In the first version of the handshake, tokens come in frames of their own, without header. */
  handshake(mechanism: string, tokens: "tokens" | "bare-tokens"): "ok" | "out-of-turn" | "unknown-mechanism" {
    if (this.#state !== "handshake" || this.#users === undefined) return "out-of-turn";
    const known = this.#mechanisms.find((name) => name === mechanism);
    this.#state = known ? tokens : "failed";
    if (!known) return "unknown-mechanism";
    this.#exchange = exchanges[known](this.#users);
    return "ok";
  }

  /** Takes a token; `undefined` when none is due. */
  step(token: Buffer): ExchangeStep | undefined {
    if (this.#exchange === undefined || !["tokens", "bare-tokens"].includes(this.#state)) return undefined;
    const step = this.#exchange(token);
    if (step.kind === "success") this.#state = "logged-in";
    if (step.kind === "failure") this.#state = "failed";
    return step;
  }
}

/** PLAIN (RFC 4616): identity to act as, user and password, each ended by a zero byte but the last. */
function plainExchange(users: Users): Exchange {
  return (token) => {
    const [actAs, user = "", password, ...others] = token.toString("utf8").split("\0");
    const known = Object.hasOwn(users, user) && users[user] === password && others.length === 0;
    if (known && (actAs === "" || actAs === user)) return { kind: "success", token: Buffer.alloc(0) };
    return { kind: "failure", reason: "wrong user name or password" };
  };
}
