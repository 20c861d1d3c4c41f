import type { BodyPointer } from "../large-bodies/body-store.ts";

/**
 * The attribute that says that a body is a pointer; its value is the size of what that points to, in bytes.
 */
export const pointerAttribute = "ExtendedPayloadSize";

/** The older name, which AWS's Extended Client Libraries write unless told otherwise. */
export const olderPointerAttribute = "SQSLargePayloadSize";

/** What AWS's Extended Client Libraries call such a pointer: they can read ours, and we theirs. */
const pointerName = "software.amazon.payloadoffloading.PayloadS3Pointer";

/** As the first versions of the library for Java called it. */
const olderPointerName = "com.amazon.sqs.javamessaging.MessageS3Pointer";

/** The body of a message whose own body stands elsewhere. */
export function encodePointer({ bucket, key }: BodyPointer): string {
  return JSON.stringify([pointerName, { s3BucketName: bucket, s3Key: key }]);
}

/** The pointer that a body is; `undefined` for any other. */
export function decodePointer(body: string): BodyPointer | undefined {
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch {
    return undefined;
  }
  if (!Array.isArray(value) || value.length !== 2) return undefined;
  if (value[0] !== pointerName && value[0] !== olderPointerName) return undefined;
  const { s3BucketName: bucket, s3Key: key } = (value[1] ?? {}) as Record<string, unknown>;
  return typeof bucket === "string" && typeof key === "string" ? { bucket, key } : undefined;
}
