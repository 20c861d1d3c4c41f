import { describe, expect, it } from "@jest/globals";
import { ClosedError } from "../errors/closed-error.ts";
import { ConnectionError } from "../errors/connection-error.ts";
import { connectionFault, isConnectFailure } from "./connection-fault.ts";
import { prepareRequest } from "./prepare-request.ts";

const request = prepareRequest({
  method: "POST",
  url: "https://h.test/messages?key=hunter22",
  headers: { authorization: "hunter22" },
});
const withCode = (code: string) => Object.assign(new Error(`it says ${code}`), { code });
const fault = (thrown: unknown, isSent = true) => connectionFault(thrown, { request, isSent });

describe("a connection fault", () => {
  it("of our own making is left as it is", () => {
    const error = new ClosedError("It");
    expect(fault(error)).toBe(error);
  });

  it.each([
    "ECONNRESET",
    "EPIPE",
    "ETIMEDOUT",
    "UND_ERR_SOCKET",
    "UND_ERR_RES_CONTENT_LENGTH_MISMATCH",
    "HPE_INVALID_EOF_STATE",
  ])("of the code %s may have come after the request arrived, and may pass", (code) => {
    expect(fault(withCode(code))).toMatchObject({
      message: `The connection to https://h.test broke before the response was complete (${code})`,
      retryable: true,
      details: { code, sent: true, origin: "https://h.test" },
    });
  });

  it("that came before anything was sent says so", () => {
    expect(fault(withCode("EHOSTUNREACH"), false)).toMatchObject({
      message: "Could not connect to https://h.test (EHOSTUNREACH)",
      retryable: true,
      details: { sent: false },
    });
  });

  it.each(["ECONNREFUSED", "ENOTFOUND", "EAI_AGAIN", "UND_ERR_CONNECT_TIMEOUT"])(
    "of the code %s comes before anything is sent, and may pass",
    (code) => {
      expect(isConnectFailure(new TypeError("fetch failed", { cause: withCode(code) }))).toBe(true);
      expect(fault(withCode(code)).retryable).toBe(true);
    },
  );

  it.each([
    "CERT_HAS_EXPIRED",
    "DEPTH_ZERO_SELF_SIGNED_CERT",
    "SELF_SIGNED_CERT_IN_CHAIN",
    "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
    "ERR_TLS_CERT_ALTNAME_INVALID",
  ])("of the code %s comes before anything is sent, and does not pass", (code) => {
    expect(isConnectFailure(withCode(code))).toBe(true);
    expect(fault(withCode(code), false)).toMatchObject({ retryable: false, details: { code, sent: false } });
  });

  it.each([
    "ERR_SSL_WRONG_VERSION_NUMBER",
    "ERR_SSL_UNSUPPORTED_PROTOCOL",
    "ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE",
    "ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION",
  ])("of the code %s means that TLS never came up, and does not pass", (code) => {
    expect(isConnectFailure(new TypeError("fetch failed", { cause: withCode(code) }))).toBe(true);
    expect(fault(withCode(code), false)).toMatchObject({ retryable: false, details: { sent: false } });
  });

  it("of a socket that was closed in the TLS handshake, or while it connected, comes before anything is sent", () => {
    const closed = "Client network socket disconnected before secure TLS connection was established";
    expect(isConnectFailure(Object.assign(new Error(closed), { code: "ECONNRESET" }))).toBe(true);
    expect(isConnectFailure({ code: "ECONNRESET", syscall: "connect" })).toBe(true);
    expect(isConnectFailure({ code: "ECONNRESET", syscall: "read" })).toBe(false);
  });

  it.each(["EPROTO", "ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED", "ERR_OSSL_PEM_NO_START_LINE"])(
    "of the code %s does not pass, but a server that refuses our certificate may have read the request",
    (code) => {
      expect(isConnectFailure(withCode(code))).toBe(false);
      expect(fault(withCode(code)).retryable).toBe(false);
    },
  );

  it.each(["ECONNRESET", "EHOSTUNREACH", "UND_ERR_SOCKET"])("of the code %s may come at any time", (code) => {
    expect(isConnectFailure(withCode(code))).toBe(false);
    expect(isConnectFailure(undefined)).toBe(false);
  });

  it.each(["HPE_INVALID_CONSTANT", "UND_ERR_HEADERS_OVERFLOW"])("of the code %s does not pass", (code) => {
    expect(fault(withCode(code))).toMatchObject({ retryable: false, details: { code, sent: true } });
  });

  it("of a parser that forgot its code is known by its name", () => {
    const parserError = (message: string) =>
      Object.assign(new Error(message), { name: "HTTPParserError", code: undefined });
    expect(fault(parserError("(Expected HTTP/)"))).toMatchObject({
      retryable: false,
      details: { code: "HPE_INVALID_RESPONSE" },
    });
    expect(fault(parserError("(Invalid EOF state)"))).toMatchObject({
      retryable: true,
      details: { code: "HPE_INVALID_EOF_STATE" },
    });
  });

  it("without any code may pass, and counts as sent only if the request had gone", () => {
    expect(fault(new Error("odd"))).toMatchObject({ retryable: true, details: { sent: true } });
    expect(fault("odd", false).message).toBe("Could not connect to https://h.test");
    expect("code" in fault(null).details).toBe(false);
  });

  it("is looked for below the errors that wrap it", () => {
    const refused = withCode("ECONNREFUSED");
    const everyAddress = new AggregateError([refused, refused], "");
    expect(fault(new TypeError("fetch failed", { cause: everyAddress })).details).toMatchObject({
      code: "ECONNREFUSED",
    });
    const endless = new Error("loop");
    endless.cause = endless;
    expect(fault(endless).message).toMatch(/^The connection/);
  });

  it("that the library has with the request is a fault of the request", () => {
    expect(fault(withCode("UND_ERR_INVALID_ARG")).code).toBe("wirekit/invalid-request");
    expect(fault(withCode("UND_ERR_NOT_SUPPORTED")).code).toBe("wirekit/invalid-request");
  });

  it("hands on a plain copy of what happened, without the request or what hangs on the original", () => {
    const original = Object.assign(
      new Error("failed to fetch https://h.test/messages?key=hunter22 or key=hunter22"),
      {
        code: "ECONNRESET",
        socket: { secret: "hunter22" },
        data: "hunter22",
      },
    );
    const error = fault(original);
    expect(error instanceof ConnectionError).toBe(true);
    expect(error.cause).toMatchObject({
      code: "ECONNRESET",
      message: "failed to fetch [redacted] or [redacted]",
    });
    expect(Object.keys(error.cause as Error)).toEqual(["code"]);
  });
});
