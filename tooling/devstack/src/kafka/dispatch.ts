import { Reader } from "@platformatic/kafka";
import type { Api, Outcome, RequestContext } from "./apis/api.ts";
import { unsupportedApiVersions } from "./apis/api-versions.ts";
import { apis } from "./apis/index.ts";
import type { Broker } from "./broker.ts";
import type { KafkaClock } from "./clock.ts";
import type { Answer, Peer } from "./connections/connection.ts";
import { Login } from "./connections/sasl.ts";
import { type ErrorName, KafkaError, MalformedFrameError } from "./errors.ts";
import type { Fault, FaultPlan } from "./faults.ts";
import {
  apiNameOf,
  readClientId,
  readFixedHeader,
  readRequest,
  writeBareFrame,
  writeResponse,
} from "./protocol/frame.ts";
import { type ApiName, layouts, type RequestOf, type ResponseOf } from "./protocol/layouts.ts";
import type { RequestCounters } from "./request-counters.ts";

/** What the frames of one connection are answered with. */
export interface DispatchOptions {
  readonly broker: Broker;
  readonly nodeId: number;
  readonly faults: FaultPlan;
  readonly counters: RequestCounters;
}

const allowedBeforeLogin: readonly ApiName[] = ["ApiVersions", "SaslHandshake", "SaslAuthenticate"];

/** Answers the frames of one connection. A rejection means that the connection cannot go on. */
export function dispatcher(options: DispatchOptions, closed: AbortSignal): Peer {
  const { broker, nodeId, faults, counters } = options;
  const login = new Login(broker.settings.users, broker.settings.saslMechanisms);

  async function answerFrame(frame: Buffer): Promise<Answer> {
    if (login.state === "bare-tokens") return answerBareToken(login, frame);
    const reader = Reader.from(frame);
    const { apiKey, version, correlationId } = readFixedHeader(reader);
    const name = apiNameOf(apiKey);
    if (name === undefined) throw new MalformedFrameError(`there is no API with the key ${apiKey}`);
    const [first, last] = layouts[name].versions;
    if (version < first || version > last) {
      if (name !== "ApiVersions") throw new MalformedFrameError(`${name} has no version ${version}`);
      counters.count(name);
      return { bytes: writeResponse(name, 0, correlationId, unsupportedApiVersions), next: "go-on" };
    }
    if (!login.trusted && !allowedBeforeLogin.includes(name))
      throw new MalformedFrameError(`${name} before the client has logged in`);

    const clientId = readClientId(reader);
    const request = readRequest(reader, name, version);
    counters.count(name);
    const context: RequestContext = { broker, nodeId, version, clientId, login, closed };
    const fault = faults.take(name, { clientId, nodeId });
    const outcome = await withFault(fault, apis[name] as Api<ApiName>, request, context);
    if (outcome.kind === "close") return { next: "close" };
    if (outcome.kind === "no-answer") return { next: "go-on" };
    const next = outcome.kind === "answer" ? "go-on" : "close";
    if (fault?.kind === "withhold") return { next };
    const bytes = writeResponse(name, version, correlationId, outcome.body);
    if (fault?.kind === "truncate") return { bytes: bytes.subarray(0, bytes.length >> 1), next: "close" };
    return { bytes, next };
  }

  return {
    answer: (frame) =>
      answerFrame(frame).catch((error: unknown) => {
        if (!(error instanceof MalformedFrameError)) broker.settings.onInternalError(error);
        throw error;
      }),
    get trusted() {
      return login.trusted;
    },
  };
}

/** Has the request handled, or not, as the fault wants it. */
async function withFault(
  fault: Fault | undefined,
  api: Api<ApiName>,
  request: RequestOf<ApiName>,
  context: RequestContext,
): Promise<Outcome<ResponseOf<ApiName>>> {
  if (fault?.kind === "delay") await pause(context.broker.clock, fault.delayMs, context.closed);
  if (context.closed.aborted) return { kind: "close" };
  if (fault?.kind === "drop" && fault.when === "before") return { kind: "close" };
  if (fault?.kind === "error" && fault.when !== "after") return api.fail(request, fault.error, context);
  const outcome = await handled(api, request, context);
  if (fault?.kind === "drop") return { kind: "close" };
  if (fault?.kind === "error") return api.fail(request, fault.error, context);
  return outcome;
}

async function handled(
  api: Api<ApiName>,
  request: RequestOf<ApiName>,
  context: RequestContext,
): Promise<Outcome<ResponseOf<ApiName>>> {
  try {
    return await api.handle(request, context);
  } catch (error) {
    return api.fail(request, errorToTell(error, context), context);
  }
}

function errorToTell(error: unknown, { broker }: RequestContext): ErrorName {
  if (error instanceof KafkaError) return error.error;
  broker.settings.onInternalError(error);
  return "UNKNOWN_SERVER_ERROR";
}

/** After the oldest kind of handshake, tokens come without a header, and are answered without one. */
function answerBareToken(login: Login, token: Buffer): Answer {
  const step = login.step(token);
  if (step === undefined || step.kind === "failure") return { next: "close" };
  return { bytes: writeBareFrame(step.token), next: "go-on" };
}

/** Resolves after `delayMs`, or as soon as the client is gone. */
function pause(clock: KafkaClock, delayMs: number, closed: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const cancel = clock.setTimer(finish, delayMs);
    closed.addEventListener("abort", finish, { once: true });
    function finish(): void {
      cancel();
      closed.removeEventListener("abort", finish);
      resolve();
    }
  });
}
