import { ConfigError } from "@wirekit/core";
import {
  type AwsClientSettings,
  type AwsCredentialsOption,
  awsClientSettings,
  toAwsError,
} from "@wirekit/core/aws";
import { peerFailure, withTimeout } from "@wirekit/core/kit";
import type { AwsMessagingConfig } from "../config.ts";

/** Notes a client that was made here, so that it is closed with the others. */
export type Keep = <Client extends KeptClient>(client: Client) => Client;

/** A client of the AWS SDK, as far as keeping it goes. */
interface KeptClient {
  readonly middlewareStack: { remove(name: string): boolean };
  destroy(): void;
}

/**
 * A role is assumed in the course of some call, which has `timeoutMs` and would otherwise run out of time
 * first, and name something that is not at fault.
 */
const longestAssumingMs = 10_000;
const assumingRole = "Assuming the role of roleArn";

/** What every client of the AWS SDK is made with. */
export async function clientSettings(config: AwsMessagingConfig, keep: Keep): Promise<AwsClientSettings> {
  const credentials = await credentialsFor(config, keep);
  return awsClientSettings({ ...addressOf(config), credentials });
}

function addressOf({
  regionName: region,
  endpointUrl: endpoint,
  proxy,
  requestTimeoutMs,
}: AwsMessagingConfig) {
  return { region, endpoint, proxy, requestTimeoutMs };
}

async function credentialsFor(
  config: AwsMessagingConfig,
  keep: Keep,
): Promise<AwsCredentialsOption | undefined> {
  const { credentials, roleArn, roleSessionName, externalId, clock } = config;
  if (roleArn === undefined) return credentials;
  const { STSClient, AssumeRoleCommand } = await import("@aws-sdk/client-sts").catch(
    peerFailure("@aws-sdk/client-sts", "roleArn"),
  );
  const { requestTimeoutMs } = config;
  const sts = keep(new STSClient(await awsClientSettings({ ...addressOf(config), credentials })));
  // A provider: the SDK asks it again before what it gave expires.
  return async () => {
    const command = new AssumeRoleCommand({
      RoleArn: roleArn,
      RoleSessionName: roleSessionName,
      ExternalId: externalId,
    });
    const { Credentials: assumed } = await withTimeout(
      assumingRole,
      (signal) => sts.send(command, { abortSignal: signal }),
      { timeoutMs: Math.min(requestTimeoutMs / 2, longestAssumingMs), clock },
    ).catch((thrown: unknown) => {
      throw toAwsError(assumingRole, thrown, { request: "unsent" });
    });
    if (assumed?.AccessKeyId === undefined || assumed.SecretAccessKey === undefined) {
      throw new ConfigError([{ path: "roleArn", message: "names a role for which AWS gave no credentials" }]);
    }
    return {
      accessKeyId: assumed.AccessKeyId,
      secretAccessKey: assumed.SecretAccessKey,
      ...(assumed.SessionToken !== undefined && { sessionToken: assumed.SessionToken }),
      ...(assumed.Expiration !== undefined && { expiration: assumed.Expiration }),
    };
  };
}
