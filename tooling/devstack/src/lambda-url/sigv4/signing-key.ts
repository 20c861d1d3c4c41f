import { createHmac } from "node:crypto";
import type { Authorization } from "./authorization-header.ts";
import type { Credentials } from "./credentials.ts";

/** The key that a signer's requests of one day, region and service are signed with. */
export type SigningKeys = (signer: Credentials, scope: Authorization["scope"]) => Buffer;

/** Derives keys, and remembers the last one of each signer: it is the same for all requests of a day. */
export function createSigningKeys(): SigningKeys {
  const latest = new Map<Credentials, { readonly scope: string; readonly key: Buffer }>();
  return (signer, scope) => {
    const text = Object.values(scope).join("/");
    const known = latest.get(signer);
    if (known?.scope === text) return known.key;
    const key = derive(signer.secretAccessKey, scope);
    latest.set(signer, { scope: text, key });
    return key;
  };
}

function derive(
  secretAccessKey: string,
  { date, region, service, terminator }: Authorization["scope"],
): Buffer {
  const dateKey = hmac(Buffer.from(`AWS4${secretAccessKey}`, "utf8"), date);
  return hmac(hmac(hmac(dateKey, region), service), terminator);
}

/** HMAC-SHA256 of text that stands for bytes, one to a character. */
export function hmac(key: Buffer, text: string): Buffer {
  return createHmac("sha256", key).update(text, "latin1").digest();
}
