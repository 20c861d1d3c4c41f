import type { EncodedMessage } from "../wire/encode-message.ts";

/** A message on its way. */
export interface Shipment {
  readonly message: EncodedMessage;
  readonly idempotencyKey: string | undefined;
}

/** One try to send it. */
export interface TransportAttempt {
  /** Ends the try at once. Many tries share it: whoever listens to it must let go of it in the end. */
  readonly signal: AbortSignal;
  /** How much of the time for the whole send is left, in milliseconds. */
  leftMs(): number;
  /** Called when the request is handed over: from then on the message may arrive. */
  begin(): void;
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
   * @throws SendError, ConfigError, ExpiredError when there is no time left, or the signal's reason.
   */
  send(shipment: Shipment, attempt: TransportAttempt): Promise<string>;
  connections(): ConnectionCounts | undefined;
  /** Lets go of what is open. Nothing is sent any more. */
  close(): Promise<void>;
}
