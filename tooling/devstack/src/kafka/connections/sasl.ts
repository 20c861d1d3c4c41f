import {
  type Exchange,
  type ExchangeStep,
  plainExchange,
  type SaslMechanism,
  type Users,
} from "./exchange.ts";
import { scramExchange } from "./scram.ts";

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

  /**
   * Begins with a mechanism. In the first version of the handshake, tokens come in frames of their own,
   * without header.
   */
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
