import { type AwsMessagingConfig, awsMessagingConfigFromEnv } from "@wirekit/aws-messaging";

/** Where SNS and SQS are, and the prefix of everything that one run of the demo creates there. */
export interface Place {
  readonly endpointUrl: string;
  readonly environment: string;
}

/** Where SNS and SQS are, when they are not to run in this process. */
export interface Elsewhere {
  readonly endpointUrl: string;
  readonly regionName: string;
}

/** Region and credentials come from the environment, which the invoice processes are given as well. */
export function messagingConfig(env: NodeJS.ProcessEnv, place: Place): AwsMessagingConfig {
  return awsMessagingConfigFromEnv(env, { ...place });
}
