import { errorCode } from "../errors.ts";
import { type Api, answer } from "./api.ts";
import { noError } from "./partitions.ts";

export const saslHandshake: Api<"SaslHandshake"> = {
  handle({ mechanism }, { login, version }) {
    const { mechanisms } = login;
    const result = login.handshake(mechanism, version === 0 ? "bare-tokens" : "tokens");
    if (result === "out-of-turn")
      return answer({ errorCode: errorCode("ILLEGAL_SASL_STATE"), mechanisms: [] });
    if (result === "ok") return answer({ errorCode: noError, mechanisms });
    return { kind: "last-answer", body: { errorCode: errorCode("UNSUPPORTED_SASL_MECHANISM"), mechanisms } };
  },
  fail: (_request, error) => answer({ errorCode: errorCode(error), mechanisms: [] }),
};
