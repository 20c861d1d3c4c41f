import type { Client } from "../../contract.ts";
import type { Env } from "../../kit/read-env.ts";
import type { WaitOptions } from "../../kit/waiting.ts";
import type { SendOutcome } from "../../outcome.ts";

/** What the other side of a client does with requests. */
export type PeerBehaviour =
  /** It takes every message and acknowledges it. */
  | "works"
  /** It takes requests and never answers. */
  | "silent"
  /** It takes a request and breaks the connection. */
  | "resets"
  /** It takes no connection. */
  | "unreachable";

/** The other side of a client: a server in the test, or a transport in its place. */
export interface ConformancePeer {
  /**
   * How many messages have reached it; a request that carries several may count once. A look-up or a
   * handshake is no message.
   */
  received(): number;
  /** Changes what it does from now on. It begins as one that works. */
  become(behaviour: PeerBehaviour): void | Promise<void>;
  /** Answers what it left unanswered while it was silent. Absent where a peer cannot do that. */
  answerLate?(): void | Promise<void>;
  close?(): void | Promise<void>;
}

/** Options under which a client is made, by name. */
export type ClientOptions = Readonly<Record<string, unknown>>;

/**
 * The options that a client has, by what they take. Each is given wrong values, and the `ConfigError` must
 * name it. A dot leads to a member: `"retry.maxAttempts"`.
 */
export interface OptionNames {
  /** Milliseconds: `"requestTimeoutMs"`. */
  readonly durations?: readonly string[] | undefined;
  /** Other numbers: `"maxConnections"`. */
  readonly numbers?: readonly string[] | undefined;
  readonly texts?: readonly string[] | undefined;
  readonly functions?: readonly string[] | undefined;
  /** Objects: `"retry"`, `"logger"`. */
  readonly objects?: readonly string[] | undefined;
}

/** An environment that cannot be used. */
export interface BadEnv {
  readonly env: Env;
  /** The variables that the error must name. */
  readonly names: readonly string[];
}

/** How the suite makes a client and makes it work. Members that a client has no use for are left out. */
export interface ClientHarness<
  C extends Client<unknown> = Client<unknown>,
  Peer extends ConformancePeer = ConformancePeer,
> {
  /** Starts a peer that works. */
  startPeer(): Peer | Promise<Peer>;
  /**
   * Makes a client of this peer, with `overrides` in place of, or besides, its other options. A client that
   * retries should do it twice at most, and quickly. A consumer starts here.
   */
  create(peer: Peer, overrides: ClientOptions): C | Promise<C>;
  /** Sends a message of its own. Absent for a consumer. */
  send?(client: C, options: WaitOptions): Promise<unknown>;
  /** Sends `count` messages of its own in one call. Absent where a client has no bulk send. */
  sendMany?(client: C, count: number, options: WaitOptions): Promise<readonly SendOutcome[]>;
  readonly options: OptionNames;
  /** Absent where a class reads no variables. */
  readonly fromEnv?: {
    create(env: Env, overrides: ClientOptions): C;
    /** An environment that is enough. */
    readonly env: Env;
    readonly bad: readonly BadEnv[];
  };
  /**
   * Options that are functions which only observe: `"onRetry"`, `"audit"`. They are made to throw, and to
   * reject.
   */
  readonly hooks?: readonly string[] | undefined;
  /** Adds `listener` to every event of the client. It is made to throw, and to reject. */
  listen?(client: C, listener: () => unknown): void;
  /** Further checks of `stats()`, beyond the sums that every client's counters make. */
  checkStats?(stats: object): void;
  /** The longest that anything may take before it counts as hanging, in milliseconds. Default 30,000. */
  readonly patienceMs?: number | undefined;
}
