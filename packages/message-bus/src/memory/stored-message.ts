/** A message as the bus in memory holds it: its text, as a broker would. */
export interface StoredMessage {
  /** Its place among all messages of its target, from 0. */
  readonly sequence: number;
  readonly key: string | undefined;
  readonly text: string;
  readonly bytes: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly sentAt: Date;
}
