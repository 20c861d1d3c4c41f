"""Publishes a binary and a string attribute to a topic, and prints what its raw subscription gets: URL."""
import json
import sys

import boto3

access = {"region_name": "us-east-1", "aws_access_key_id": "any", "aws_secret_access_key": "any"}
sns = boto3.client("sns", endpoint_url=sys.argv[1], **access)
sqs = boto3.client("sqs", endpoint_url=sys.argv[1], **access)

topic = sns.create_topic(Name="orders")["TopicArn"]
queue = sqs.create_queue(QueueName="orders")["QueueUrl"]
arn = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn, Attributes={"RawMessageDelivery": "true"})
sns.publish(
    TopicArn=topic,
    Message="hello",
    MessageAttributes={
        "bytes": {"DataType": "Binary", "BinaryValue": b"\x00\xff"},
        "text": {"DataType": "String", "StringValue": "plain"},
    },
)
[message] = sqs.receive_message(QueueUrl=queue, WaitTimeSeconds=10, MessageAttributeNames=["All"])["Messages"]
attributes = message["MessageAttributes"]
print(json.dumps({
    "body": message["Body"],
    "bytes": attributes["bytes"]["BinaryValue"].hex(),
    "text": attributes["text"]["StringValue"],
}))
