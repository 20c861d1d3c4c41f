/** SQS could not be reached, or refused. The queue's name is in `details.queue`. */
export {
  AwsError as SqsError,
  type AwsErrorCode as SqsErrorCode,
} from "@wirekit/core/aws";
