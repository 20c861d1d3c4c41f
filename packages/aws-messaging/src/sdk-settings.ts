import { ConfigError } from "@wirekit/core";
import {
  type AwsClientSettings,
  type AwsCredentialsOption,
  awsClientSettings,
  toAwsError,
} from "@wirekit/core/aws";
import { withTimeout } from "@wirekit/core/kit";
import type { AwsMessagingConfig } from "./config.ts";

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
  const { regionName: region, endpointUrl: endpoint, timeoutMs: requestTimeoutMs } = config;
  const credentials = await credentialsFor(config, keep);
  return awsClientSettings({ region, endpoint, credentials, requestTimeoutMs });
}

async function credentialsFor(
  config: AwsMessagingConfig,
  keep: Keep,
): Promise<AwsCredentialsOption | undefined> {
  const { credentials, role, regionName, endpointUrl, timeoutMs } = config;
  // None at all leaves the standard chain to the SDK.
  if (role === undefined) return credentials;
  const { STSClient, AssumeRoleCommand } = await loadPeer(
    "roleArn",
    "@aws-sdk/client-sts",
    () => import("@aws-sdk/client-sts"),
  );
  const sts = keep(
    new STSClient({
      region: regionName,
      ...(endpointUrl !== undefined && { endpoint: endpointUrl }),
      ...(credentials !== undefined && { credentials }),
    }),
  );
  // A provider: the SDK asks it again before what it gave expires.
  return async () => {
    const command = new AssumeRoleCommand({
      RoleArn: role.roleArn,
      RoleSessionName: role.sessionName,
      ExternalId: role.externalId,
    });
    const { Credentials: assumed } = await withTimeout(
      assumingRole,
      (signal) => sts.send(command, { abortSignal: signal }),
      { timeoutMs: Math.min(timeoutMs / 2, longestAssumingMs) },
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

/**
 * Loads an optional peer.
 *
 * @throws ConfigError that names the package to install, and the option that needs it.
 */
export async function loadPeer<Module>(
  path: string,
  name: string,
  load: () => Promise<Module>,
): Promise<Module> {
  try {
    return await load();
  } catch (cause) {
    throw new ConfigError([{ path, message: `needs the package ${name}: install it` }], { cause });
  }
}
