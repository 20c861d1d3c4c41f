/**
 * A set of AWS credentials. One with a session token is of the temporary kind: its requests must carry the
 * token.
 */
export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string | undefined;
}
