import { createHash, createHmac } from "node:crypto";

/** More are not kept: a key pair needs two a day. */
const maxKept = 16;

type Source = string | ArrayBuffer | ArrayBufferView;

/** What smithy needs of a hash. */
export interface Sha256 {
  update(chunk: Uint8Array): void;
  digest(): Promise<Uint8Array>;
  reset(): void;
}

/**
 * SHA-256, or with a secret HMAC-SHA-256, of `node:crypto`, in the form in which smithy takes its hashes.
 *
 * What is computed from a secret that is a text is kept. In Signature Version 4 these are the same for a whole day: the
 * first step of a key's derivation, and the name under which smithy keeps the derived key and which it would otherwise
 * compute again for every request. The later steps, and the signatures themselves, have keys of bytes.
 */
export function memoizedSha256(): new (secret?: Source) => Sha256 {
  const kept = new Map<string, Uint8Array>();

  return class NodeSha256 implements Sha256 {
    readonly #secret: Source | undefined;
    readonly #chunks: Uint8Array[] = [];

    constructor(secret?: Source) {
      this.#secret = secret;
    }

    update(chunk: Uint8Array): void {
      this.#chunks.push(chunk);
    }

    reset(): void {
      this.#chunks.length = 0;
    }

    async digest(): Promise<Uint8Array> {
      if (typeof this.#secret !== "string") return this.#compute();
      const name = `${this.#secret}\n${this.#chunks.map(textOf).join("")}`;
      const known = kept.get(name);
      if (known !== undefined) return known;
      if (kept.size >= maxKept) kept.clear();
      const digest = this.#compute();
      kept.set(name, digest);
      return digest;
    }

    #compute(): Uint8Array {
      const hash =
        this.#secret === undefined ? createHash("sha256") : createHmac("sha256", keyOf(this.#secret));
      for (const chunk of this.#chunks) hash.update(chunk);
      return hash.digest();
    }
  };
}

/** Any bytes as text, one character each. */
function textOf(chunk: Uint8Array): string {
  return Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength).toString("latin1");
}

function keyOf(secret: Source): string | Uint8Array {
  if (typeof secret === "string") return secret;
  if (secret instanceof ArrayBuffer) return new Uint8Array(secret);
  return new Uint8Array(secret.buffer, secret.byteOffset, secret.byteLength);
}
