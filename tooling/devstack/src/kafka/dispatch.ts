import { Reader } from "@platformatic/kafka";
import { unsupportedApiVersions } from "./apis/api-versions.ts";
import type { Broker } from "./broker.ts";
import type { Answer, Peer } from "./connections/connection.ts";
import { Login } from "./connections/sasl.ts";
import { MalformedFrameError } from "./errors.ts";
import type { KafkaFaultScript } from "./faults.ts";
import {
  apiNameOf,
  readClientId,
  readFixedHeader,
  readRequest,
  writeBareFrame,
  writeResponse,
} from "./protocol/frame.ts";
import { type ApiName, layouts } from "./protocol/layouts.ts";
import type { RequestCounters } from "./request-counters.ts";
import { serveRequest } from "./serve-request.ts";

/** What the frames of one connection are answered with. */
export interface DispatchOptions {
  readonly broker: Broker;
  readonly nodeId: number;
  readonly script: KafkaFaultScript;
  readonly counters: RequestCounters;
}

const allowedBeforeLogin: readonly ApiName[] = ["ApiVersions", "SaslHandshake", "SaslAuthenticate"];

/** Answers the frames of one connection. A rejection means that the connection cannot go on. */
export function dispatcher(options: DispatchOptions, closed: AbortSignal): Peer {
  const { broker, nodeId, script, counters } = options;
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
    counters.count(name);
    const context = { broker, nodeId, version, clientId, login, closed };
    const read = () => readRequest(reader, name, version);
    return serveRequest({ api: name, correlationId, context, read }, script);
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

/** After the oldest kind of handshake, tokens come without a header, and are answered without one. */
function answerBareToken(login: Login, token: Buffer): Answer {
  const step = login.step(token);
  if (step === undefined || step.kind === "failure") return { next: "close" };
  return { bytes: writeBareFrame(step.token), next: "go-on" };
}
