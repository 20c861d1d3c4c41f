import { expect, it } from "@jest/globals";
import { decodePointer, encodePointer } from "./body-pointer.ts";

const text =
  '["software.amazon.payloadoffloading.PayloadS3Pointer",{"s3BucketName":"bodies","s3Key":"messages/1"}]';

it("writes pointers as AWS's Extended Client Libraries do, and reads theirs", () => {
  expect(encodePointer({ bucket: "bodies", key: "messages/1" })).toBe(text);
  expect(decodePointer(text)).toEqual({ bucket: "bodies", key: "messages/1" });
});

it("reads pointers under the name that the first versions of the library for Java gave them", () => {
  const older = '["com.amazon.sqs.javamessaging.MessageS3Pointer",{"s3BucketName":"b","s3Key":"k"}]';
  expect(decodePointer(older)).toEqual({ bucket: "b", key: "k" });
});

it.each([
  "",
  "{}",
  "[]",
  "null",
  '["another",{"s3BucketName":"b","s3Key":"k"}]',
  '["software.amazon.payloadoffloading.PayloadS3Pointer",null]',
  '["software.amazon.payloadoffloading.PayloadS3Pointer",{"s3BucketName":"b"}]',
])("takes %s for no pointer", (body) => {
  expect(decodePointer(body)).toBeUndefined();
});
