import type { Dispatcher } from "undici";
import { connectionFault } from "./connection-fault.ts";
import type { Exchange } from "./exchange.ts";
import { HttpResponseError } from "./http-response-error.ts";

/** Feeds an exchange with what undici reads, and tells when undici is done with it. */
export class ResponseHandler implements Dispatcher.DispatchHandler {
  private readonly exchange: Exchange;
  private readonly release: () => void;

  constructor(exchange: Exchange, release: () => void) {
    this.exchange = exchange;
    this.release = release;
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    // Thrown here, before the first byte, an error keeps the request from being written and the connection
    // usable. Aborting would close a connection that has just been opened.
    if (this.exchange.isSettled) throw new Error("No caller waits for this response any more");
    this.exchange.abandon = () => controller.abort(new Error("No caller waits for this response any more"));
    this.exchange.markSent();
  }

  onResponseStart(_: Dispatcher.DispatchController, status: number, headers: ParsedHeaders): void {
    // 1xx is no response yet.
    if (status < 200) return;
    const encoding = headers["content-encoding"];
    this.exchange.begin(status, joinRepeated(headers));
    if (encoding !== undefined && encoding !== "identity") this.refuseEncoding(status);
  }

  onResponseData(_: Dispatcher.DispatchController, chunk: Uint8Array): void {
    this.exchange.collect(chunk);
  }

  // The connection is released before the caller hears of the outcome: its next request finds it free.
  onResponseEnd(): void {
    this.release();
    this.exchange.complete();
  }

  onResponseError(_: Dispatcher.DispatchController, error: Error): void {
    this.exchange.abandon = undefined;
    this.release();
    this.exchange.fail(connectionFault(error, this.exchange));
  }

  private refuseEncoding(status: number): void {
    const message = "The response is compressed, which was not asked for";
    this.exchange.fail(new HttpResponseError(message, { status, code: "wirekit/http-body" }));
  }
}

type ParsedHeaders = Record<string, string | string[] | undefined>;

function joinRepeated(headers: ParsedHeaders): Readonly<Record<string, string>> {
  for (const name of Object.keys(headers)) {
    const value = headers[name];
    if (Array.isArray(value)) headers[name] = value.join(", ");
  }
  return headers as Record<string, string>;
}
