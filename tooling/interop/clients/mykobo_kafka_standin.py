"""kafka-python, set up and called as mykobo-py's Kafka does: SETTINGS, as JSON."""
import json
import sys

from kafka import KafkaConsumer, KafkaProducer, OffsetAndMetadata, TopicPartition

from lines import serve

settings = json.loads(sys.argv[1])
access = {
    "bootstrap_servers": settings["bootstrap"],
    "security_protocol": settings["protocol"],
    # Of this limit, the first question to a broker gets a half, which a busy machine may exceed with what is set by itself.
    "api_version_auto_timeout_ms": 120_000,
}
if settings["protocol"] == "SASL_SSL":
    access |= {
        "sasl_mechanism": settings["mechanism"],
        "sasl_plain_username": settings["user"],
        "sasl_plain_password": settings["password"],
        "ssl_cafile": settings["ca"],
    }
producer = KafkaProducer(acks="all", retries=3, max_in_flight_requests_per_connection=1, **access)
consumers = {}


def send(message, topic, key):
    sent = producer.send(topic, key=key.encode() if key else None, value=json.dumps(message).encode()).get(timeout=180)
    return {"topic": sent.topic, "partition": sent.partition, "offset": sent.offset}


def receive(topic):
    """One message, by its receipt handle, or nothing: as often as not the group has not been joined yet."""
    if topic not in consumers:
        consumers[topic] = KafkaConsumer(
            topic, group_id=f"{topic}_consumer_group", auto_offset_reset="earliest", enable_auto_commit=False, **access
        )
    for records in consumers[topic].poll(timeout_ms=1000, max_records=1).values():
        for record in records:
            return {f"{record.topic}:{record.partition}:{record.offset}": json.loads(record.value)}
    return None


def commit(topic, handle):
    _, partition, offset = handle.rsplit(":", 2)
    consumers[topic].commit({TopicPartition(topic, int(partition)): OffsetAndMetadata(int(offset) + 1, "", -1)})


def close():
    """Leaves its groups, so that the next member need not wait for the session to run out."""
    for consumer in consumers.values():
        consumer.close()
    producer.close()


serve({"send": send, "receive": receive, "commit": commit, "close": close})
