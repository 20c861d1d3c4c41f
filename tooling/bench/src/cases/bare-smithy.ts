import { createHash, createHmac, type Hash, type Hmac } from "node:crypto";
import { SignatureV4 } from "@smithy/signature-v4";
import { credentials, region, service } from "./sample-message.ts";

/**
 * Smithy's signer as it comes, hashing with node:crypto: what a program would write that uses it directly.
 */
export function bareSmithy(): SignatureV4 {
  return new SignatureV4({ credentials, region, service, sha256: NodeSha256 });
}

type Bytes = string | ArrayBuffer | ArrayBufferView;

class NodeSha256 {
  readonly #hash: Hash | Hmac;

  constructor(secret?: Bytes) {
    this.#hash = secret === undefined ? createHash("sha256") : createHmac("sha256", asBuffer(secret));
  }

  update(chunk: Bytes): void {
    this.#hash.update(asBuffer(chunk));
  }

  digest(): Promise<Uint8Array> {
    return Promise.resolve(this.#hash.digest());
  }

  reset(): void {}
}

function asBuffer(chunk: Bytes): string | Uint8Array {
  if (typeof chunk === "string") return chunk;
  return ArrayBuffer.isView(chunk)
    ? new Uint8Array(chunk.buffer, chunk.byteOffset, chunk.byteLength)
    : new Uint8Array(chunk);
}
