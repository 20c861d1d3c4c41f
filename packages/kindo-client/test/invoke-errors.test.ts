import { inspect } from "node:util";
import { afterEach, describe, expect, it } from "@jest/globals";
import { silentLogger } from "@wirekit/core";
import { type Credentials, KindoClient, type RefusalCause, SendError } from "../src/index.ts";
import { aMessage, credentials } from "./messages.ts";
import { closeAll, closeLater, startService } from "./stack.ts";

process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED = "true";
afterEach(closeAll);

const retry = { maxAttempts: 2, baseDelayMs: 1, maxDelayMs: 1 };

describe("Lambda's refusal", () => {
  it.each<[string, number, string, { attempts: number; cause?: RefusalCause }]>([
    [
      "ExpiredTokenException",
      403,
      "The security token included in the request is expired",
      { attempts: 1, cause: "session-token" },
    ],
    [
      "ExpiredTokenException",
      400,
      "The security token included in the request is expired",
      { attempts: 1, cause: "session-token" },
    ],
    [
      "UnrecognizedClientException",
      400,
      "The security token included in the request is invalid.",
      { attempts: 1, cause: "key" },
    ],
    [
      "InvalidSignatureException",
      403,
      "Signature expired: 20260115T000000Z is now earlier than",
      { attempts: 1, cause: "clock" },
    ],
    ["InvalidSignatureException", 400, "Signature not yet current", { attempts: 1, cause: "clock" }],
    [
      "AccessDeniedException",
      403,
      "User is not authorized to perform: lambda:InvokeFunction",
      { attempts: 1, cause: "permission" },
    ],
    ["TooManyRequestsException", 429, "Rate exceeded", { attempts: 2 }],
    ["ServiceException", 500, "Internal error", { attempts: 2 }],
    ["ResourceNotFoundException", 404, "Function not found", { attempts: 1 }],
    ["RequestTooLargeException", 413, "Too large", { attempts: 1 }],
    ["InvalidRequestContentException", 400, "Could not parse", { attempts: 1 }],
  ])(
    "%s (%d, %s) says what it is, and is tried again if that may help",
    async (name, status, message, { attempts, cause }) => {
      const server = await startService();
      const fault = {
        kind: "answer",
        status,
        headers: { "x-amzn-errortype": name },
        body: { message },
      } as const;
      server.faults.next(fault, { times: attempts });
      let asked = 0;
      const provider = async () => {
        asked += 1;
        return { ...credentials };
      };
      const { functionArn: arn, lambdaEndpoint: endpoint } = server;
      const client = closeLater(
        new KindoClient({ arn, endpoint, credentials: provider, retry, logger: silentLogger }),
      );
      const error = (await client.send(aMessage()).catch((thrown: unknown) => thrown)) as SendError;
      expect(error).toBeInstanceOf(SendError);
      expect(error).toMatchObject({ code: "kindo/refused", status, attempts });
      expect(error.message).toContain(name);
      expect(error.signature?.likelyCause).toBe(cause);
      await client.send(aMessage());
      // What was refused is asked for anew.
      expect(asked).toBe(cause === undefined ? 1 : 2);
    },
  );
});

const arn = "arn:aws:lambda:eu-west-1:123456789012:function:f";
const nodeError = (code: string, more: object = {}) =>
  Object.assign(new Error(`${more} ${code}`), { code, ...more });

describe("an invocation that fails without an answer,", () => {
  it.each<[string, Error, { sent: boolean; attempts: number }]>([
    ["by ECONNREFUSED", nodeError("ECONNREFUSED", { syscall: "connect" }), { sent: false, attempts: 2 }],
    ["by ENOTFOUND", nodeError("ENOTFOUND", { syscall: "getaddrinfo" }), { sent: false, attempts: 2 }],
    ["by EAI_AGAIN", nodeError("EAI_AGAIN", { syscall: "getaddrinfo" }), { sent: false, attempts: 2 }],
    [
      "by ETIMEDOUT while it connects",
      nodeError("ETIMEDOUT", { syscall: "connect" }),
      { sent: false, attempts: 2 },
    ],
    ["by EHOSTUNREACH", nodeError("EHOSTUNREACH", { syscall: "connect" }), { sent: false, attempts: 2 }],
    ["by ENETUNREACH", nodeError("ENETUNREACH", { syscall: "connect" }), { sent: false, attempts: 2 }],
    [
      "by ECONNRESET before TLS was up",
      Object.assign(
        new Error("Client network socket disconnected before secure TLS connection was established"),
        { code: "ECONNRESET" },
      ),
      { sent: false, attempts: 2 },
    ],
    ["by a certificate", nodeError("DEPTH_ZERO_SELF_SIGNED_CERT"), { sent: false, attempts: 1 }],
    ["by a certificate that has expired", nodeError("CERT_HAS_EXPIRED"), { sent: false, attempts: 1 }],
    ["by ECONNRESET", nodeError("ECONNRESET", { syscall: "read" }), { sent: true, attempts: 2 }],
    ["by EPIPE", nodeError("EPIPE", { syscall: "write" }), { sent: true, attempts: 2 }],
    ["by ETIMEDOUT while it reads", nodeError("ETIMEDOUT", { syscall: "read" }), { sent: true, attempts: 2 }],
    [
      "by the SDK's own time-out",
      Object.assign(new Error("socket timeout"), { name: "TimeoutError" }),
      { sent: true, attempts: 2 },
    ],
  ])("%s, says whether it may have arrived", async (_name, thrown, { sent, attempts }) => {
    const lambda = { invoke: () => Promise.reject(thrown) };
    const client = closeLater(new KindoClient({ arn, lambda, retry, logger: silentLogger }));
    const [outcome] = (await client.sendMany([aMessage()])).outcomes;
    if (outcome === undefined || outcome.kind === "delivered") throw new Error("it was delivered");
    expect(outcome.kind).toBe(sent ? "unconfirmed" : "not-sent");
    expect(outcome.error).toMatchObject({
      code: sent ? "wirekit/unconfirmed" : "wirekit/connection",
      attempts,
    });
    const connection = sent ? outcome.error.cause : outcome.error;
    expect(connection).toMatchObject({ code: "wirekit/connection", details: { sent } });
  });

  it("shows nothing of the request that hangs on what was thrown", async () => {
    const server = await startService();
    const temporary: Credentials = { ...credentials, sessionToken: "SESSIONTOKEN/22" };
    const client = closeLater(
      new KindoClient({
        arn,
        endpoint: server.lambdaEndpoint,
        credentials: temporary,
        retry,
        logger: silentLogger,
      }),
    );
    server.faults.next({ kind: "reset", before: "answer" }, { times: 2 });
    const error = await client.send(aMessage()).catch((thrown: unknown) => thrown);
    const shown = inspect(error, { depth: 20, showHidden: true });
    expect(shown).toContain("ECONNRESET");
    expect(shown).not.toMatch(/SESSIONTOKEN|x-amz-security-token/i);
  });
});
