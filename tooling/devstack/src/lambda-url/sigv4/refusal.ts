/** Why a signature was refused. */
export type RefusalReason =
  | "authorization-missing"
  | "authorization-malformed"
  | "header-not-signed"
  | "header-missing"
  | "header-repeated"
  | "date-malformed"
  | "expired"
  | "not-yet-valid"
  | "key-unknown"
  | "token-missing"
  | "token-mismatch"
  | "scope-date"
  | "scope-region"
  | "scope-service"
  | "scope-terminator"
  | "body-hash-mismatch"
  | "signature-mismatch";

/** A refused signature, and what AWS says about it. */
export interface Refusal {
  readonly kind: "refused";
  readonly reason: RefusalReason;
  /** The exception that AWS names in `x-amzn-ErrorType`. */
  readonly errorType: string;
  readonly message: string;
}

export interface Accepted {
  readonly kind: "accepted";
  readonly accessKeyId: string;
  /** In the order in which they were signed: `["content-type", "host", "x-amz-date"]`. */
  readonly signedHeaders: readonly string[];
}

/** What the check of a signature came to. */
export type SignatureVerdict = Accepted | Refusal;

const errorTypes: Readonly<Record<RefusalReason, string>> = {
  "authorization-missing": "MissingAuthenticationTokenException",
  "authorization-malformed": "IncompleteSignatureException",
  "header-not-signed": "InvalidSignatureException",
  "header-missing": "InvalidSignatureException",
  "header-repeated": "InvalidSignatureException",
  "date-malformed": "IncompleteSignatureException",
  expired: "InvalidSignatureException",
  "not-yet-valid": "InvalidSignatureException",
  "key-unknown": "UnrecognizedClientException",
  "token-missing": "UnrecognizedClientException",
  "token-mismatch": "UnrecognizedClientException",
  "scope-date": "InvalidSignatureException",
  "scope-region": "InvalidSignatureException",
  "scope-service": "InvalidSignatureException",
  "scope-terminator": "InvalidSignatureException",
  "body-hash-mismatch": "InvalidSignatureException",
  "signature-mismatch": "InvalidSignatureException",
};

export function refuse(reason: RefusalReason, message: string): Refusal {
  return { kind: "refused", reason, errorType: errorTypes[reason], message };
}
