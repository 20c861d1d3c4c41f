import type { RequestHeaders } from "../wire/request-headers.ts";
import type { Credentials } from "./credentials.ts";

/** A request to sign. */
export interface SignableRequest {
  readonly method: string;
  /**
   * Absolute; or only `/path?query`, when the headers have a `Host`. Path and query are signed as they are
   * written here, which is how they must be sent: not as a URL parser would rewrite them.
   */
  readonly url: string;
  /** All of them are signed, but for those that a connection may change (`Connection`, `User-Agent` ...). */
  readonly headers?: RequestHeaders | undefined;
  /** Signed to the byte. A string is signed as its UTF-8. */
  readonly body?: string | Uint8Array | undefined;
}

/** How a request is signed. */
export interface SignOptions {
  readonly region: string;
  /** The name that AWS gives the service in signatures: `"lambda"`. */
  readonly service: string;
  readonly credentials: Credentials;
  /** When it is signed; AWS refuses what is more than five minutes away from its own time. Default: now. */
  readonly date?: Date | undefined;
  /**
   * `false` signs the path without removing dot segments and doubled slashes first, as S3 wants it. Default
   * `true`.
   */
  readonly normalizePath?: boolean | undefined;
  /**
   * `true` adds the body's hash as `X-Amz-Content-Sha256`, and signs that header as well. Default `false`.
   */
  readonly signBody?: boolean | undefined;
  /** `true` adds the session token after signing, for the few services that want it so. Default `false`. */
  readonly omitSessionToken?: boolean | undefined;
}
