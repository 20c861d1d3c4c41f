import type { Exchange } from "./exchange.ts";

/** Sends an exchange to the server, and feeds it with the response. */
export interface Carrier {
  carry(exchange: Exchange): void;
  /** Ends whatever connections there are; resolves when they are closed. */
  destroy(): Promise<void>;
  /** Sockets opened so far, and open at present; 0 where the carrier does not see them. */
  readonly sockets: { readonly opened: number; readonly open: number };
}
