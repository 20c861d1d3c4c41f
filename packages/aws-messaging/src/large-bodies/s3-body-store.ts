import { MessageTooLargeError } from "@wirekit/core";
import { toAwsError } from "@wirekit/core/aws";
import { once, option, peerFailure } from "@wirekit/core/kit";
import { utf8Length } from "@wirekit/core/outbound";
import { type AwsMessagingConfig, configRule, readAskingOptions } from "../config.ts";
import { clientSettings } from "../connection/sdk-settings.ts";
import { InvalidMessageError } from "../errors.ts";
import type { BodyPointer, BodyStore } from "./body-store.ts";

interface ObjectPlace {
  readonly Bucket: string;
  readonly Key: string;
}

/** The part of S3 that is used here, in S3's own names. `new S3()` of `@aws-sdk/client-s3` is one. */
export interface S3Api {
  putObject(
    input: ObjectPlace & {
      readonly Body: string;
      readonly ContentType: string;
    },
  ): Promise<unknown>;
  getObject(input: ObjectPlace): Promise<{
    readonly ContentLength?: number | undefined;
    readonly Body?:
      | {
          transformToString(encoding?: string): Promise<string>;
          destroy?(): unknown;
        }
      | undefined;
  }>;
  deleteObject(input: ObjectPlace): Promise<unknown>;
}

export interface S3BodyStoreOptions {
  readonly bucket: string;
  /**
   * What the keys of our objects begin with. Pointers to other keys are not followed, but for a UUID alone,
   * as AWS's Extended Client Libraries name their objects. Default `"messages/"`.
   */
  readonly prefix?: string | undefined;
  /** The largest body, in bytes, that is written or read. Default 67,108,864 (64 MiB). */
  readonly maxBodyBytes?: number | undefined;
  /** Where and as whom to ask S3. One of `config` and `s3` is needed. */
  readonly config?: AwsMessagingConfig | undefined;
  /** A client that the program has already; it is not closed by us. */
  readonly s3?: S3Api | undefined;
}

/** Bodies as objects of a bucket. */
export interface S3BodyStore extends BodyStore {
  /** Closes the client that was made here. */
  close(): void;
}

/** The keys that AWS's Extended Client Libraries make, unless they are given a prefix. */
const bareKey = /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/;

const defaultMaxBodyBytes = 64 * 1024 * 1024;

/**
 * Keeps bodies that are too large in a bucket. `@aws-sdk/client-s3` is loaded on first use.
 *
 * @throws ConfigError naming every option at fault.
 */
export function s3BodyStore(options: S3BodyStoreOptions): S3BodyStore {
  const { bucket, prefix, maxBodyBytes, config, s3 } = readAskingOptions(options, rules, "s3");
  const own: { destroy(): void }[] = [];
  const api = once<S3Api>(async () => {
    if (s3 !== undefined) return s3;
    const { S3 } = await import("@aws-sdk/client-s3").catch(peerFailure("@aws-sdk/client-s3", "largeBodies"));
    const keep = <Client extends { destroy(): void }>(client: Client) => {
      own.push(client);
      return client;
    };
    const { requestTimeoutMs, retry, endpointUrl } = config as AwsMessagingConfig;
    const settings = await clientSettings(config as AwsMessagingConfig, keep);
    const requestHandler = {
      ...settings.requestHandler,
      requestTimeout: requestTimeoutMs,
      throwOnRequestTimeout: true,
    };
    // An endpoint of one's own seldom answers to the bucket's name as a host name.
    const forcePathStyle = endpointUrl !== undefined;
    return keep(new S3({ ...settings, requestHandler, forcePathStyle, maxAttempts: retry.maxAttempts }));
  });

  async function ask<T>(what: string, task: (client: S3Api) => Promise<T>): Promise<T> {
    const client = await api();
    try {
      return await task(client);
    } catch (thrown) {
      throw toAwsError(what, thrown, { request: "unsent" });
    }
  }

  /** Otherwise anyone who can write to the queue could have this program read and delete whatever it may. */
  const isOurs = (pointer: BodyPointer) =>
    pointer.bucket === bucket && (pointer.key.startsWith(prefix) || bareKey.test(pointer.key));

  return {
    newPointer: () => ({ bucket, key: `${prefix}${crypto.randomUUID()}` }),

    async put(pointer, body) {
      const bytes = utf8Length(body);
      if (bytes > maxBodyBytes) throw new MessageTooLargeError({ bytes, maxBytes: maxBodyBytes });
      const place = placeOf(pointer);
      await ask("Putting a body into S3", (client) =>
        client.putObject({ ...place, Body: body, ContentType: "application/json" }),
      );
    },

    async get(pointer) {
      if (!isOurs(pointer))
        throw new InvalidMessageError("The message points to an object outside of the store");
      return ask("Getting a body from S3", async (client) => {
        const found = await client.getObject(placeOf(pointer)).catch((thrown: unknown) => {
          if ((thrown as { readonly name?: unknown } | undefined)?.name !== "NoSuchKey") throw thrown;
          throw new InvalidMessageError("The message points to an object that is not there", {
            details: { bucket, key: pointer.key },
          });
        });
        const { ContentLength: bytes = 0 } = found;
        if (bytes > maxBodyBytes) {
          // A body that is not read would keep its connection.
          found.Body?.destroy?.();
          const message = `The message's body is ${bytes} bytes: at most ${maxBodyBytes} are read from S3`;
          throw new InvalidMessageError(message, { details: { bytes, maxBytes: maxBodyBytes } });
        }
        return (await found.Body?.transformToString("utf-8")) ?? "";
      });
    },

    async delete(pointer) {
      if (!isOurs(pointer)) return;
      await ask("Deleting a body from S3", (client) => client.deleteObject(placeOf(pointer)));
    },

    close: () => {
      for (const client of own.splice(0)) client.destroy();
    },
  };
}

function placeOf({ bucket, key }: BodyPointer): ObjectPlace {
  return { Bucket: bucket, Key: key };
}

const rules = {
  bucket: option.text({ presence: "required", expected: "must be a bucket's name" }),
  prefix: option.text({ default: "messages/" }),
  maxBodyBytes: option.whole({ minimum: 1, default: defaultMaxBodyBytes }),
  config: configRule,
  s3: option.methods<S3Api>(["putObject", "getObject", "deleteObject"]),
};
