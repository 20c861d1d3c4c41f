export type {
  CloseOptions,
  CloseReport,
  Health,
  HealthReason,
  Issue,
  Logger,
  RetryPolicy,
  SendStats,
} from "@wirekit/core";
export {
  ClosedError,
  ConfigError,
  ConnectionError,
  CredentialsError,
  RejectedError,
  TimeoutError,
  UnconfirmedError,
  WirekitError,
} from "@wirekit/core";
export type { MessageSource } from "./bulk/intake.ts";
export type { KindoArnOptions, KindoClientOptions, KindoCommonOptions, KindoUrlOptions } from "./config.ts";
export { SendError, type SendErrorCode, ValidationError } from "./errors.ts";
export type { KindoEnvOverrides } from "./from-env.ts";
export { KindoClient } from "./kindo-client.ts";
export type {
  KindoOutcome,
  NumberedOutcome,
  OutcomeCounts,
  SendManyProgress,
  SendManyReport,
} from "./outcome.ts";
export type { SchemaSource } from "./schema/message-validator.ts";
export type {
  KindoStats,
  SendManyOptions,
  SendOptions,
  SendReceipt,
  SendStreamOptions,
} from "./send-options.ts";
export {
  type SendToProducerOptions,
  type SendToProducerViaArnOptions,
  sendToProducer,
  sendToProducerViaArn,
} from "./send-to-producer.ts";
export type { Credentials, CredentialsProvider } from "./signing/credentials.ts";
export type { SignableRequest, SignOptions } from "./signing/sign-options.ts";
export { type SignedRequest, signRequest } from "./signing/sign-request.ts";
export type { RefusalCause, SignatureReport } from "./signing/signature-report.ts";
export type { InvokeInput, InvokeOutput, LambdaApi } from "./transports/lambda-client.ts";
export type { ConnectionCounts } from "./transports/producer-transport.ts";
export { validateMessage } from "./validate-message.ts";
export type { JsonObject, JsonValue, ProducerPayload, SecurityLevel } from "./wire/producer-payload.ts";
export { type JsonSchema, producerPayloadSchema } from "./wire/producer-schema.ts";
export type { RequestHeaders } from "./wire/request-headers.ts";
