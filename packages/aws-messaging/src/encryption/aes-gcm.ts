// AES-256-GCM as NIST SP 800-38D recommends it: a random nonce of 96 bits in front, a tag of 128 bits at the
// end.
const nonceBytes = 12;
const tagBytes = 16;

/** Encrypts `plaintext` and binds `associated` to it: nonce, ciphertext and tag in one. */
export async function seal(
  key: Uint8Array,
  plaintext: Uint8Array,
  associated: Uint8Array,
): Promise<Uint8Array> {
  const { createCipheriv, randomBytes } = await import("node:crypto");
  const nonce = randomBytes(nonceBytes);
  const cipher = createCipheriv("aes-256-gcm", key, nonce, { authTagLength: tagBytes });
  cipher.setAAD(associated);
  return Buffer.concat([nonce, cipher.update(plaintext), cipher.final(), cipher.getAuthTag()]);
}

/** Undoes {@link seal}. Rejects when text, key or associated data are not the ones that were sealed. */
export async function open(key: Uint8Array, sealed: Uint8Array, associated: Uint8Array): Promise<Uint8Array> {
  if (sealed.byteLength < nonceBytes + tagBytes) throw new Error("too short to be encrypted");
  const { createDecipheriv } = await import("node:crypto");
  const end = sealed.byteLength - tagBytes;
  const decipher = createDecipheriv("aes-256-gcm", key, sealed.subarray(0, nonceBytes), {
    authTagLength: tagBytes,
  });
  decipher.setAAD(associated);
  decipher.setAuthTag(sealed.subarray(end));
  return Buffer.concat([decipher.update(sealed.subarray(nonceBytes, end)), decipher.final()]);
}
