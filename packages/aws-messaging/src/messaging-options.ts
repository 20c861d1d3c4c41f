import type { Clock, Logger, Random } from "@wirekit/core";
import type { AuditHook } from "./audit.ts";
import type { InjectedClients } from "./connection/clients.ts";
import type { MessageCipher } from "./encryption/message-cipher.ts";
import type { LargeBodies } from "./large-bodies/body-store.ts";
import type { RateLimit } from "./publishing/rate-limit.ts";
import type { PublishBatching } from "./publishing/topic-publisher.ts";

/** What an `AwsMessaging` can be given besides its configuration. */
export interface AwsMessagingParts extends InjectedClients {
  readonly logger?: Logger | undefined;
  /** How published messages are gathered. */
  readonly batching?: PublishBatching | undefined;
  /** How fast each topic may be published to, by the topic's logical name; `"*"` is for all others. Default: no limit. */
  readonly rateLimits?: Readonly<Record<string, RateLimit>> | undefined;
  /** Encrypts what is published and decrypts what is consumed. Default: neither. */
  readonly encryption?: MessageCipher | undefined;
  /** Where bodies go that are too large for a message. Default: nowhere, they are refused. */
  readonly largeBodies?: LargeBodies | undefined;
  /** Told of every publish, delivery and outcome. */
  readonly audit?: AuditHook | undefined;
  readonly clock?: Clock | undefined;
  readonly random?: Random | undefined;
}
