export type { SendTextOptions } from "./bus-sends.ts";
export type {
  BusDelivery,
  ConsumeDeadLetter,
  ConsumeIdempotency,
  ConsumeOptions,
  ConsumeRetry,
  MessageConsumer,
  MessageContext,
  MessageHandler,
} from "./consume-options.ts";
export {
  type CreateMessageOptions,
  createMessage,
  type EventInput,
  type InstructionInput,
} from "./create-message.ts";
export {
  InvalidBodyError,
  InvalidMessageError,
  type MessageBusErrorCode,
  ReceiptError,
} from "./errors.ts";
export type {
  KafkaSourceDetails,
  PartitionDetails,
  StoppedKeyDetails,
} from "./kafka/consumer/source-details.ts";
export {
  Kafka,
  type KafkaCommitOptions,
  type KafkaReceiveOptions,
  type KafkaSendOptions,
} from "./kafka/kafka.ts";
export type {
  AssignedPartition,
  Assignment,
  CommitOffset,
  ConsumedBatch,
  ConsumedRecord,
  GroupMember,
  KafkaDriver,
  MemberListener,
  MemberOptions,
  OffsetReset,
  PartitionLag,
  ProduceOptions,
  ProduceResult,
  ProducerBatch,
  ProducerRecord,
  ProducerSession,
  RecordReader,
  TopicPartition,
} from "./kafka/kafka-driver.ts";
export {
  CodecMissingError,
  type KafkaErrorCode,
  KafkaRefusedError,
  LoginRefusedError,
  TopicMissingError,
} from "./kafka/kafka-errors.ts";
export type { KafkaBusHealth, KafkaGroupHealth } from "./kafka/kafka-groups.ts";
export {
  KafkaMessageBus,
  type KafkaReceiptOptions,
  type KafkaSentMessage,
} from "./kafka/kafka-message-bus.ts";
export type {
  KafkaMessageBusOptions,
  KafkaTlsOptions,
  SaslMechanism,
  SecurityProtocol,
} from "./kafka/kafka-options.ts";
export { readerOf } from "./kafka/record-reader.ts";
export { MemoryMessageBus, type MemorySentMessage } from "./memory/memory-message-bus.ts";
export type { MemoryMessageBusOptions } from "./memory/memory-options.ts";
export type {
  MessageEvent,
  MessagePredicate,
  MessageStage,
  WaitForMessageOptions,
} from "./memory/message-spy.ts";
export type {
  BusStats,
  MessageBus,
  MessagesOptions,
  ReceiveOptions,
  SendManyOptions,
  SendOptions,
  SentMessage,
} from "./message-bus.ts";
export { MessageBusMessage } from "./message-bus-message.ts";
export type { OriginalBytes, RawHeader } from "./original-bytes.ts";
export type { Received, ReceivedFacts, ReceivedInvalid, ReceivedMessage } from "./received.ts";
export { type ReceivedDictionary, ReceivedInvalidError } from "./received-dictionary.ts";
export { SQS, type SQSReceiveOptions } from "./sqs/sqs.ts";
export { SqsMessageBus, type SqsSentMessage } from "./sqs/sqs-message-bus.ts";
export type { SqsMessageBusOptions } from "./sqs/sqs-options.ts";
export { type DecodeOptions, decodeMessage } from "./wire/decode-message.ts";
export { encodeMessage } from "./wire/encode-message.ts";
export {
  KycEventPayload,
  NewTransactionEventPayload,
  NewUserEventPayload,
  PasswordResetEventPayload,
  PaymentEventPayload,
  ProfileEventPayload,
  TransactionStatusEventPayload,
  VerificationRequestedEventPayload,
} from "./wire/event-payloads.ts";
export {
  BurnPayload,
  CorrectionPayload,
  type DepositTransactionPayload,
  MintPayload,
  PaymentPayload,
  StatusUpdatePayload,
  TransactionPayload,
  UpdateProfilePayload,
  type WithdrawTransactionPayload,
} from "./wire/instruction-payloads.ts";
export { Direction, EventType, InstructionType, type MessageKind, TransactionType } from "./wire/kinds.ts";
export type {
  DecodedMessage,
  EventMessage,
  EventMetaData,
  InstructionMessage,
  InstructionMetaData,
  MetaData,
  PlainDictionary,
  SendableMessage,
  UnknownKindMessage,
  UnknownKinds,
} from "./wire/message.ts";
export {
  AddressOnboardedEventPayload,
  RelayCompletedEventPayload,
  RelayInitiatedEventPayload,
  RelayOnboardedEventPayload,
} from "./wire/onboarding-payloads.ts";
export { partitionForKey } from "./wire/partition-for-key.ts";
export type { ParsedPayload, PayloadSchema, StandardResult } from "./wire/payload-schema.ts";
export type { EventPayloads, InstructionPayloads, PayloadOf } from "./wire/payloads.ts";
