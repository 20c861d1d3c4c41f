"""boto3, called as mykobo-py's SQS does: URL, and region and keys in the environment."""
import json
import os
import sys

import boto3

from lines import serve

base = sys.argv[1]
sqs = boto3.client("sqs", endpoint_url=base, region_name=os.environ.get("AWS_REGION", "eu-west-1"))
asked = [f"MYKOBO.{name}" for name in ("SourceSystem", "Process", "Token", "Operation", "Channel", "MessageClass")]


def url_of(queue):
    return f"{base}/{queue}"


def send(message, queue):
    """Visible at once, where the original would have it wait for ten seconds."""
    return sqs.send_message(QueueUrl=url_of(queue), MessageBody=json.dumps(message))["MessageId"]


def receive(queue):
    """One message, by its receipt handle, which stays visible for others; or nothing."""
    answer = sqs.receive_message(
        QueueUrl=url_of(queue), AttributeNames=["SentTimestamp"], MaxNumberOfMessages=1, MessageAttributeNames=asked,
        VisibilityTimeout=0, WaitTimeSeconds=0,
    )
    for message in answer.get("Messages", []):
        return {message["ReceiptHandle"]: json.loads(message["Body"])}
    return None


def create(queue):
    """The queue itself is made by whoever runs the system."""
    attributes = {"FifoQueue": "true"} if queue.endswith(".fifo") else {}
    sqs.create_queue(QueueName=queue, Attributes=attributes)


def send_in_order(messages, queue):
    """As somebody who knows FIFO queues, which the original does not."""
    for number, (message, group) in enumerate(messages):
        sqs.send_message(
            QueueUrl=url_of(queue), MessageBody=json.dumps(message), MessageGroupId=group, MessageDeduplicationId=str(number)
        )


def receive_in_order(queue, count):
    """Receives and deletes; each with its group and what it was deduplicated by."""
    received = []
    for _ in range(100):
        answer = sqs.receive_message(
            QueueUrl=url_of(queue), MaxNumberOfMessages=10, WaitTimeSeconds=1, AttributeNames=["All"]
        )
        for message in answer.get("Messages", []):
            attributes = message["Attributes"]
            received.append({
                "body": json.loads(message["Body"]),
                "group": attributes["MessageGroupId"],
                "deduplication": attributes["MessageDeduplicationId"],
            })
            sqs.delete_message(QueueUrl=url_of(queue), ReceiptHandle=message["ReceiptHandle"])
        if len(received) >= count:
            break
    return received


def left(queue):
    names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible", "ApproximateNumberOfMessagesDelayed"]
    found = sqs.get_queue_attributes(QueueUrl=url_of(queue), AttributeNames=names)["Attributes"]
    return sum(int(found[name]) for name in names)


serve({
    "send": send,
    "receive": receive,
    "delete": lambda queue, handle: sqs.delete_message(QueueUrl=url_of(queue), ReceiptHandle=handle) and None,
    "create": create,
    "send_in_order": send_in_order,
    "receive_in_order": receive_in_order,
    "left": left,
})
