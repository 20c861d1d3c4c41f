import { WirekitError } from "./wirekit-error.ts";

/**
 * There are no credentials to sign or log in with: their source has none, failed, or did not answer in time.
 * Nothing was sent.
 */
export class CredentialsError extends WirekitError<"wirekit/credentials"> {
  static override readonly mark: string = "@wirekit/core/CredentialsError";

  /** @param options.retryable whether the source may have them a moment later. Default `false`. */
  constructor(
    message: string,
    options: { readonly cause?: unknown; readonly retryable?: boolean | undefined } = {},
  ) {
    super(message, { code: "wirekit/credentials", ...options });
  }
}
