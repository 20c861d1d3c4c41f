"""confluent-kafka (librdkafka) as a producer, a reader and a member of a group: SETTINGS, as JSON."""
import json
import sys
import time

from confluent_kafka import Consumer, Producer

from group_member import Member, said
from lines import serve

settings = json.loads(sys.argv[1])
access = {
    "bootstrap.servers": settings["bootstrap"],
    "security.protocol": settings["protocol"],
    # A machine that has other things to do may take its time.
    "api.version.request.timeout.ms": 120_000,
    "socket.connection.setup.timeout.ms": 120_000,
}
if settings["protocol"].startswith("SASL"):
    access |= {
        "sasl.mechanism": settings["mechanism"],
        "sasl.username": settings["user"],
        "sasl.password": settings["password"],
    }
if settings["protocol"].endswith("SSL"):
    access["ssl.ca.location"] = settings["ca"]
member = None


def produce(topic, records, options={}):
    producer = Producer({**access, "enable.idempotence": True, "partitioner": "murmur2_random", **options})
    places = [None] * len(records)

    def placed(index):
        def on_delivery(error, message):
            assert error is None, error
            places[index] = {"partition": message.partition(), "offset": message.offset()}

        return on_delivery

    for index, record in enumerate(records):
        producer.produce(
            topic, key=record["key"], value=record["value"], headers=record.get("headers", {}), on_delivery=placed(index)
        )
    assert producer.flush(180) == 0
    return places


def describe(message):
    return said(message.partition(), message.offset(), message.key(), message.value(), message.headers())


def poll(consumer, seconds):
    message = consumer.poll(seconds)
    if message is None:
        return []
    assert message.error() is None, message.error()
    return [message]


def reader(group, **options):
    return Consumer({
        **access, "group.id": group, "auto.offset.reset": "earliest", "enable.auto.commit": False, **options
    })


def consume(topic, count):
    """The first records of a topic."""
    consumer = reader(f"{topic}-librdkafka")
    consumer.subscribe([topic])
    records = []
    deadline = time.monotonic() + 180
    while len(records) < count and time.monotonic() < deadline:
        records += [describe(message) for message in poll(consumer, 1)]
    consumer.close()
    return records


def join(topic, group, assignor):
    global member
    consumer = reader(group, **{"partition.assignment.strategy": assignor, "heartbeat.interval.ms": 300})
    consumer.subscribe([topic])
    member = Member(
        lambda: poll(consumer, 0.1),
        lambda message: consumer.commit(message, asynchronous=False),
        describe,
        consumer.close,
    )


serve({"produce": produce, "consume": consume, "join": join, "leave": lambda: member.leave()})
