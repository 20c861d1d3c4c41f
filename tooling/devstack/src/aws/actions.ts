/** Every action of SQS. */
export const sqsActions = [
  "AddPermission",
  "CancelMessageMoveTask",
  "ChangeMessageVisibility",
  "ChangeMessageVisibilityBatch",
  "CreateQueue",
  "DeleteMessage",
  "DeleteMessageBatch",
  "DeleteQueue",
  "GetQueueAttributes",
  "GetQueueUrl",
  "ListDeadLetterSourceQueues",
  "ListMessageMoveTasks",
  "ListQueueTags",
  "ListQueues",
  "PurgeQueue",
  "ReceiveMessage",
  "RemovePermission",
  "SendMessage",
  "SendMessageBatch",
  "SetQueueAttributes",
  "StartMessageMoveTask",
  "TagQueue",
  "UntagQueue",
] as const;

/** Every action of SNS that is about topics and subscriptions. */
export const snsActions = [
  "AddPermission",
  "ConfirmSubscription",
  "CreateTopic",
  "DeleteTopic",
  "GetSubscriptionAttributes",
  "GetTopicAttributes",
  "ListSubscriptions",
  "ListSubscriptionsByTopic",
  "ListTagsForResource",
  "ListTopics",
  "Publish",
  "PublishBatch",
  "RemovePermission",
  "SetSubscriptionAttributes",
  "SetTopicAttributes",
  "Subscribe",
  "TagResource",
  "Unsubscribe",
  "UntagResource",
] as const;

/** The actions of STS that the emulator knows. */
const stsActions = ["AssumeRole", "AssumeRoleWithWebIdentity", "GetCallerIdentity"] as const;

/** What a request can ask of SNS, SQS or STS. */
export type AwsAction =
  | (typeof sqsActions)[number]
  | (typeof snsActions)[number]
  | (typeof stsActions)[number];

export const awsActions: readonly AwsAction[] = [...new Set([...sqsActions, ...snsActions, ...stsActions])];
