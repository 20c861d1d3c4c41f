import type { ClosableHttpTransport } from "@wirekit/core/http";

/** A request as the AWS SDK hands it to what sends it. */
export interface SdkRequest {
  readonly method: string;
  readonly protocol: string;
  readonly hostname: string;
  readonly port?: number | undefined;
  readonly path: string;
  readonly query?: Readonly<Record<string, string | readonly string[] | null>> | undefined;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array | undefined;
}

/** One call of the SDK's, found again by its signal. */
export interface SdkCall {
  readonly signal: AbortSignal;
  /** Called when the request goes out. */
  readonly onSent: () => void;
  /** What the transport threw. The SDK hands on a stand-in: it writes on errors that pass through it. */
  fault?: { readonly thrown: unknown } | undefined;
}

/**
 * Sends the SDK's requests over our own transport, which knows whether a request has gone out, goes through
 * proxies, and reads no answer without an end.
 */
export class SdkHandler {
  readonly metadata = { handlerProtocol: "http/1.1" };
  readonly #transport: ClosableHttpTransport;
  readonly #calls = new WeakMap<object, SdkCall>();

  constructor(transport: ClosableHttpTransport) {
    this.#transport = transport;
  }

  /** Makes the call known to `handle`. */
  expect(call: SdkCall): void {
    this.#calls.set(call.signal, call);
  }

  async handle(request: SdkRequest, { abortSignal }: { readonly abortSignal?: object | undefined } = {}) {
    const call = abortSignal && this.#calls.get(abortSignal);
    const { method, headers, body } = request;
    try {
      const response = await this.#transport(
        { method, url: urlOf(request), headers, body },
        { signal: call?.signal, onSent: call?.onSent },
      );
      const { status: statusCode, headers: answered, text } = response;
      return { response: { statusCode, headers: { ...answered }, body: encoder.encode(text) } };
    } catch (thrown) {
      if (call !== undefined) call.fault = { thrown };
      throw new Error("The request failed");
    }
  }

  updateHttpClientConfig(): void {}

  httpHandlerConfigs(): Record<string, never> {
    return {};
  }
}

const encoder = new TextEncoder();

function urlOf({ protocol, hostname, port, path, query = {} }: SdkRequest): string {
  const pairs = Object.entries(query).flatMap(([name, value]) =>
    [value]
      .flat()
      .map((each) => (each === null ? escaped(name) : `${escaped(name)}=${escaped(String(each))}`)),
  );
  const search = pairs.length === 0 ? "" : `?${pairs.join("&")}`;
  return `${protocol}//${hostname}${port === undefined ? "" : `:${port}`}${path}${search}`;
}

/** As the SDK escapes what it signs. */
function escaped(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (mark) => `%${mark.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}
