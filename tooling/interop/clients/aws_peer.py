"""boto3 as a publisher to SNS and SQS, as a receiver from SQS, and as a user of KMS: URL REGION."""
import base64
import json
import sys
import time

import boto3

from lines import serve

url, region = sys.argv[1:3]
access = {"region_name": region, "endpoint_url": url, "aws_access_key_id": "any", "aws_secret_access_key": "any"}
sns = boto3.client("sns", **access)
sqs = boto3.client("sqs", **access)
kms = boto3.client("kms", **access)


def attributes_of(plain):
    """{"name": text, number or {"base64": text}} as boto3 wants it."""
    made = {}
    for name, value in plain.items():
        if isinstance(value, dict):
            made[name] = {"DataType": "Binary", "BinaryValue": base64.b64decode(value["base64"])}
        elif isinstance(value, str):
            made[name] = {"DataType": "String", "StringValue": value}
        else:
            made[name] = {"DataType": "Number", "StringValue": str(value)}
    return made


def plain_of(attributes):
    return {
        name: {"base64": base64.b64encode(value["BinaryValue"]).decode()}
        if value["DataType"].startswith("Binary")
        else value["StringValue"]
        for name, value in attributes.items()
    }


def entry_of(index, message, body):
    entry = {"Id": str(index), body: message["body"], "MessageAttributes": attributes_of(message.get("attributes", {}))}
    if "subject" in message:
        entry["Subject"] = message["subject"]
    if "group" in message:
        entry["MessageGroupId"] = message["group"]
        entry["MessageDeduplicationId"] = message["deduplication"]
    return entry


def in_tens(messages, body, send):
    for start in range(0, len(messages), 10):
        ten = [entry_of(start + index, message, body) for index, message in enumerate(messages[start : start + 10])]
        failed = send(ten).get("Failed", [])
        assert failed == [], failed
    return len(messages)


def publish(topic, messages):
    return in_tens(messages, "Message", lambda ten: sns.publish_batch(TopicArn=topic, PublishBatchRequestEntries=ten))


def publish_one(topic, message):
    entry = entry_of(0, message, "Message")
    del entry["Id"]
    return sns.publish(TopicArn=topic, **entry)["MessageId"]


def send(queue, messages):
    return in_tens(messages, "MessageBody", lambda ten: sqs.send_message_batch(QueueUrl=queue, Entries=ten))


def receive(queue, count, seconds=180):
    """Receives and deletes until there are `count`, or the time is over."""
    received = []
    deadline = time.monotonic() + seconds
    while len(received) < count and time.monotonic() < deadline:
        answer = sqs.receive_message(
            QueueUrl=queue, MaxNumberOfMessages=10, WaitTimeSeconds=1,
            AttributeNames=["All"], MessageAttributeNames=["All"],
        )
        for message in answer.get("Messages", []):
            received.append({
                "id": message["MessageId"],
                "body": message["Body"],
                "attributes": plain_of(message.get("MessageAttributes", {})),
                "group": message["Attributes"].get("MessageGroupId"),
                "receiveCount": int(message["Attributes"]["ApproximateReceiveCount"]),
            })
            sqs.delete_message(QueueUrl=queue, ReceiptHandle=message["ReceiptHandle"])
    return received


def create_queue(name, attributes={}):
    return sqs.create_queue(QueueName=name, Attributes=attributes)["QueueUrl"]


def queue_with_redrive(name, receives, visibility):
    """A queue, and where it puts what was received too often."""
    suffix = ".fifo" if name.endswith(".fifo") else ""
    fifo = {"FifoQueue": "true"} if suffix else {}
    dead = create_queue(name.removesuffix(suffix) + "-dead" + suffix, fifo)
    arn = sqs.get_queue_attributes(QueueUrl=dead, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    redrive = json.dumps({"deadLetterTargetArn": arn, "maxReceiveCount": str(receives)})
    queue = create_queue(name, {"VisibilityTimeout": str(visibility), "RedrivePolicy": redrive, **fifo})
    return {"queue": queue, "dead": dead}


def left(queue):
    """How many messages the queue holds, whether or not somebody has received them."""
    names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible", "ApproximateNumberOfMessagesDelayed"]
    found = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=names)["Attributes"]
    return sum(int(found[name]) for name in names)


def create_key():
    return kms.create_key()["KeyMetadata"]["Arn"]


def decrypt(key, data, context):
    """How many bytes the data key has that stands in a message."""
    blob = base64.b64decode(data["base64"])
    return len(kms.decrypt(KeyId=key, CiphertextBlob=blob, EncryptionContext=context)["Plaintext"])


serve({
    "create_key": create_key,
    "decrypt": decrypt,
    "publish": publish,
    "publish_one": publish_one,
    "send": send,
    "receive": receive,
    "create_queue": create_queue,
    "queue_with_redrive": queue_with_redrive,
    "left": left,
})
