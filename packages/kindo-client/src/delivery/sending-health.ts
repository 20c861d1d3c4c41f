import {
  type Clock,
  ConfigError,
  ConnectionError,
  CredentialsError,
  type Health,
  type HealthStatus,
  TimeoutError,
  UnconfirmedError,
  WirekitError,
} from "@wirekit/core";
import { HttpResponseError } from "@wirekit/core/http";
import { Troubles } from "@wirekit/core/kit";
import { SendError } from "../errors.ts";

const areas = ["connection", "answers", "credentials", "signature", "service", "configuration"] as const;
type Area = (typeof areas)[number];

/** What makes sends fail, until one succeeds. What is wrong with a single message is no part of it. */
export class SendingHealth {
  readonly #troubles: Troubles;
  #isTroubled = false;

  constructor(clock: Clock) {
    this.#troubles = new Troubles(clock);
  }

  failed(thrown: unknown): void {
    const trouble = troubleOf(thrown);
    if (trouble === undefined) return;
    this.#isTroubled = true;
    this.#troubles.report(trouble.area, trouble.error);
  }

  succeeded(): void {
    if (!this.#isTroubled) return;
    this.#isTroubled = false;
    for (const area of areas) this.#troubles.clear(area);
  }

  health(status: HealthStatus): Health {
    return this.#troubles.health(status);
  }
}

interface Trouble {
  readonly area: Area;
  /** Its message says what to do about it. */
  readonly error: WirekitError;
}

function troubleOf(thrown: unknown): Trouble | undefined {
  const error = thrown instanceof UnconfirmedError ? thrown.cause : thrown;
  if (error instanceof ConnectionError)
    return trouble("connection", error, "check the URL, the network and the name server");
  if (error instanceof TimeoutError)
    return trouble("answers", error, "the service, a proxy or the name server does not answer");
  if (error instanceof CredentialsError)
    return trouble("credentials", error, "set the option credentials, AWS_ACCESS_KEY_ID or AWS_PROFILE");
  if (error instanceof ConfigError) return trouble("configuration", error);
  if (error instanceof HttpResponseError || error instanceof SendError) return troubleOfAnswer(error);
  return undefined;
}

function troubleOfAnswer(error: HttpResponseError | SendError): Trouble | undefined {
  const { status, code } = error;
  const answers = (what: string) => new WirekitError(`The service ${what}`, { code });
  if (error instanceof SendError && error.signature !== undefined) {
    const { likelyCause, explanation } = error.signature;
    const refusal = answers(
      `refuses the signature (${status}); likely cause: ${likelyCause}, ${explanation}`,
    );
    return trouble("signature", refusal);
  }
  if (code === "kindo/function-error")
    return trouble("service", answers("fails in its function; see the function's log"));
  // Any other 4xx is about the message, but for these.
  const isAboutService = status < 400 || status >= 500 || [401, 403, 404, 429].includes(status);
  return isAboutService ? trouble("service", answers(`answers with the status ${status}`)) : undefined;
}

function trouble(area: Area, error: WirekitError, advice?: string): Trouble {
  if (advice === undefined) return { area, error };
  return { area, error: new WirekitError(`${error.message}; ${advice}`, { code: error.code }) };
}
