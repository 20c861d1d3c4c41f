import { createHmac } from "node:crypto";
import { getSigningKey } from "@smithy/signature-v4";
import type { Credentials } from "./credentials.ts";

/** What a key is derived for. */
export interface KeyScope {
  /** `20150830` */
  readonly shortDate: string;
  readonly region: string;
  readonly service: string;
}

/** The key that signs whatever a key pair sends to a service on one day. Smithy derives it, over the runtime's own HMAC. */
export function signingKey(
  { accessKeyId, secretAccessKey }: Credentials,
  { shortDate, region, service }: KeyScope,
): Promise<Uint8Array> {
  return getSigningKey(HmacSha256, { accessKeyId, secretAccessKey }, shortDate, region, service);
}

type Source = string | ArrayBuffer | ArrayBufferView;

/** HMAC-SHA-256 in the form in which smithy takes its hashes. */
class HmacSha256 {
  readonly #secret: Source;
  readonly #chunks: Uint8Array[] = [];

  // Smithy's type allows for a hash without a secret; in a derivation there always is one.
  constructor(secret: Source = "") {
    this.#secret = secret;
  }

  update(chunk: Uint8Array): void {
    this.#chunks.push(chunk);
  }

  reset(): void {
    this.#chunks.length = 0;
  }

  async digest(): Promise<Uint8Array> {
    const hmac = createHmac("sha256", bytesOf(this.#secret));
    for (const chunk of this.#chunks) hmac.update(chunk);
    return hmac.digest();
  }
}

function bytesOf(secret: Source): string | Uint8Array {
  if (typeof secret === "string") return secret;
  if (secret instanceof ArrayBuffer) return new Uint8Array(secret);
  return new Uint8Array(secret.buffer, secret.byteOffset, secret.byteLength);
}
