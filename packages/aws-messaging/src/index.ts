export type { AuditEvent, AuditHook, AuditRecord } from "./audit.ts";
export { AwsMessaging } from "./aws-messaging.ts";
export {
  type AwsMessagingConfig,
  type AwsMessagingOptions,
  awsMessagingConfig,
  awsMessagingConfigFromEnv,
  type PublishBatching,
} from "./config.ts";
export type {
  ConsumeIdempotency,
  ConsumeOptions,
  DeadLetterDestination,
  HandlingOptions,
} from "./consuming/consume-options.ts";
export type { EventConsumer } from "./consuming/event-consumer.ts";
export type { EventHandler, HandlerContext, MessageMetadata } from "./consuming/event-handler.ts";
export { type Subscription, SubscriptionRegistry } from "./consuming/subscriptions.ts";
export type { DataKey, KeyProvider } from "./encryption/key-provider.ts";
export {
  type KmsApi,
  type KmsKeyProvider,
  type KmsKeyProviderOptions,
  kmsKeyProvider,
} from "./encryption/kms-key-provider.ts";
export { type LocalKeyringOptions, localKeyring } from "./encryption/local-keyring.ts";
export { type MessageCipher, type MessageCipherOptions, messageCipher } from "./encryption/message-cipher.ts";
export {
  AWSConnectionError,
  type AwsMessagingErrorCode,
  InvalidMessageError,
  MessageProcessingError,
  SubscriptionNotFoundError,
  ValidationFailedError,
} from "./errors.ts";
export {
  type DefinedEvent,
  type Discriminator,
  defineEvent,
  type EventDefinition,
  type EventFactory,
} from "./events/define-event.ts";
export type { EventSchema, Published, Received } from "./events/schema.ts";
export { closeMessaging, consume, publish, publishBatch, publishEvent, runConsumer } from "./functions.ts";
export type { BodyPointer, BodyStore, LargeBodies } from "./large-bodies/body-store.ts";
export {
  type S3Api,
  type S3BodyStore,
  type S3BodyStoreOptions,
  s3BodyStore,
} from "./large-bodies/s3-body-store.ts";
export type { Provisioned } from "./provisioning/provision.ts";
export type { ProvisionOptions } from "./provisioning/provision-options.ts";
export type {
  BatchEvent,
  PublishCall,
  PublishOptions,
  PublishReceipt,
  PublishTarget,
} from "./publishing/publish-options.ts";
export type { PublisherStats, TopicStats } from "./publishing/publish-stats.ts";
export type { RateLimit } from "./publishing/rate-limit.ts";
export type { Attributes, AttributeValue } from "./wire/attributes.ts";
export { type EnvelopeAttribute, type RawBody, type SnsBody, unwrapBody } from "./wire/unwrap-body.ts";
