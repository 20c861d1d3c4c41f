/** What a load stands on, seen from outside: by a client that is not the one under load. */
export interface LoadBroker {
  /** Makes what the load is about to use. */
  open(queues: readonly string[]): Promise<void>;
  /** Whether nothing is waiting, and nothing is out. */
  isEmpty(): Promise<boolean>;
  close(): Promise<void>;
}
