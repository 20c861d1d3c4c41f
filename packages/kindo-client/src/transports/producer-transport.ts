import type { Deadline } from "@wirekit/core/kit";
import type { EncodedMessage } from "../wire/encode-message.ts";

/** A message on its way. */
export interface Shipment {
  readonly message: EncodedMessage;
  readonly idempotencyKey: string | undefined;
}

/** One try to send it. */
export interface TransportAttempt {
  /** Ends the try at once. Many tries share it: a listener must be removed in the end. */
  readonly signal: AbortSignal;
  /** The end of the time for the whole send. */
  readonly deadline: Deadline;
  /** Called when the request goes out: from then on the message may arrive. */
  readonly goesOut: () => void;
}

/** Connections of a transport that shows them. */
export interface ConnectionCounts {
  /** Opened so far. */
  readonly opened: number;
  /** Open at present. */
  readonly open: number;
}

/** One way to the service. */
export interface ProducerTransport {
  /** What spans call it: the host, or the function's name. */
  readonly destination: string;
  readonly serverAddress: string;
  /** Where the URL names one. */
  readonly serverPort: number | undefined;
  /**
   * Sends once, and resolves to the tracking id.
   *
   * @throws SendError when the service refused the message.
   * @throws UnconfirmedError when it took it and did not say under which id.
   * @throws ConnectionError, TimeoutError or another error of core's when there was no answer. `details.sent`
   * is `false` if the request did not go out after all. A `TimeoutError` means that the time for the whole
   * send is over, unless its
   * `details.phase` is `"response"`.
   * @throws CredentialsError, ConfigError, ValidationError when nothing was sent; the signal's reason.
   */
  send(shipment: Shipment, attempt: TransportAttempt): Promise<string>;
  connections(): ConnectionCounts | undefined;
  /** Lets go of what is open. Nothing is sent any more. */
  close(): Promise<void>;
}
