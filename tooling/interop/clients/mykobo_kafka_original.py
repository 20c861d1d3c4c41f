"""The original client's Kafka, which has to be on PYTHONPATH: SETTINGS, as JSON. It trusts what SSL_CERT_FILE names."""
import json
import sys

from mykobo_py.message_bus.kafka import Kafka

from lines import serve

settings = json.loads(sys.argv[1])
bus = Kafka(
    settings["bootstrap"],
    security_protocol=settings["protocol"],
    sasl_mechanism=settings.get("mechanism", "PLAIN"),
    user_name=settings.get("user"),
    password=settings.get("password"),
)


def send(message, topic, key):
    sent = bus.send_message(message, topic=topic, key=key)
    return {"topic": sent.topic, "partition": sent.partition, "offset": sent.offset}


serve({
    "send": send,
    "receive": lambda topic: bus.receive_message(topic),
    "commit": lambda topic, handle: bus.commit_offset(topic, handle),
    "close": lambda: bus.close(),
})
