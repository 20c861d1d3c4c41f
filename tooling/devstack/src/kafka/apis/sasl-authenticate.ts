import { errorCode } from "../errors.ts";
import { type Api, answer } from "./api.ts";
import { noError } from "./partitions.ts";

const nothing = Buffer.alloc(0);

export const saslAuthenticate: Api<"SaslAuthenticate"> = {
  handle({ authBytes }, { login }) {
    const step = login.step(authBytes);
    if (step === undefined)
      return answer({
        errorCode: errorCode("ILLEGAL_SASL_STATE"),
        errorMessage: "no token is due",
        authBytes: nothing,
      });
    if (step.kind !== "failure")
      return answer({ errorCode: noError, errorMessage: null, authBytes: step.token });
    const body = {
      errorCode: errorCode("SASL_AUTHENTICATION_FAILED"),
      errorMessage: step.reason,
      authBytes: nothing,
    };
    return { kind: "last-answer", body };
  },
  fail: (_request, error) => ({
    kind: "last-answer",
    body: { errorCode: errorCode(error), errorMessage: null, authBytes: nothing },
  }),
};
