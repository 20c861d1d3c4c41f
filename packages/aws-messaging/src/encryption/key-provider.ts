/** A key for the messages of a short while, in the clear and as it may travel. */
export interface DataKey {
  /** Names the key that encrypted it, so that the reader knows which one to ask for. */
  readonly keyId: string;
  /** 32 bytes. Never leaves the process. */
  readonly plaintext: Uint8Array;
  /** What travels with each message. */
  readonly encrypted: Uint8Array;
}

/** Where data keys come from: a local keyring, KMS, or a vault of the user's own. */
export interface KeyProvider {
  generateDataKey(): Promise<DataKey>;
  /**
   * Gives `plaintext` back. Rejects with `InvalidMessageError` when the key is unknown, or the encrypted key
   * is not authentic: the message is invalid then. Any other rejection says that the key cannot be had for
   * now, and the message comes again.
   */
  decryptDataKey(key: { readonly keyId: string; readonly encrypted: Uint8Array }): Promise<Uint8Array>;
}
