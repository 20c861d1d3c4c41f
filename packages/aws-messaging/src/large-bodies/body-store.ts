/** Where a body stands that is too large for a message. */
export interface BodyPointer {
  readonly bucket: string;
  readonly key: string;
}

/** Holds bodies that are too large for a message: what is published in their place is a pointer. */
export interface BodyStore {
  /** A place for one more body, which nothing stands in yet. */
  newPointer(): BodyPointer;
  /**
   * Rejects with `MessageTooLargeError` for a body that is too large for the store as well;
   * `AWSConnectionError`.
   */
  put(pointer: BodyPointer, body: string): Promise<void>;
  /**
   * Rejects with `InvalidMessageError` for a pointer that leads out of the store or to nothing;
   * `AWSConnectionError`.
   */
  get(pointer: BodyPointer): Promise<string>;
  /** A pointer to nothing is no fault. */
  delete(pointer: BodyPointer): Promise<void>;
}

/** What an `AwsMessaging` does with bodies that are too large. */
export interface LargeBodies {
  readonly store: BodyStore;
  /**
   * What becomes of a body once its message was handled, and deleted from the queue. `"delete"` is for a
   * topic that one queue consumes; default `"keep"`, for a lifecycle rule of the bucket to remove.
   */
  readonly afterHandling?: "keep" | "delete" | undefined;
}
