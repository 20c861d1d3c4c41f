/** An AWS key pair, with the session token that belongs to a temporary one. */
export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string | undefined;
  /** When they stop being accepted. Without it they are taken to last. */
  readonly expiration?: Date | undefined;
}

/** Where credentials come from when they change: asked again shortly before they expire. */
export type CredentialsProvider = () => Promise<Credentials>;
