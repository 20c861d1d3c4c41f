export {
  type Arn,
  dnsSuffixOf,
  formatArn,
  isAwsHost,
  parseArn,
  partitionOf,
  regionOption,
} from "./arn.ts";
export {
  AwsError,
  type AwsErrorCode,
  type AwsErrorContext,
  type AwsErrorOptions,
  AwsRejectedError,
  toAwsError,
  toEntryError,
} from "./aws-error.ts";
export {
  bindSqs,
  type OpenSqs,
  openSqs,
  type SqsClientsByUse,
  type SqsSdk,
  type SqsSdkClient,
  type SqsSdkModule,
} from "./bind-sqs.ts";
export {
  type AwsClientSettings,
  type AwsConnectionOptions,
  awsClientSettings,
  checkEndpoint,
  endingByTimeOut,
  withoutRequestLog,
} from "./client-settings.ts";
export {
  type AwsCredentials,
  type AwsCredentialsOption,
  type AwsCredentialsProvider,
  credentialsOption,
  findCredentialsFaults,
  type SdkCredentials,
  sdkCredentials,
} from "./credentials.ts";
export type { AwsFailureKind } from "./failure-table.ts";
export {
  type FindQueueOptions,
  findQueueUrl,
} from "./find-queue.ts";
export { type PatientOptions, tryPatiently } from "./patience.ts";
export {
  type AwsFailure,
  type AwsRequestState,
  type EntryFault,
  readAwsFailure,
} from "./read-failure.ts";
export { withoutKeys } from "./without-keys.ts";
