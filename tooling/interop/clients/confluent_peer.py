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


def transact(topic, transactions):
    """One transaction after the other, each to its end, of a producer of its own."""
    for number, transaction in enumerate(transactions):
        producer = Producer({**access, "transactional.id": f"{topic}-{number}"})
        producer.init_transactions(60)
        producer.begin_transaction()
        for value in transaction["values"]:
            producer.produce(topic, value=value, partition=0)
        # Also what is aborted is in the log before.
        assert producer.flush(60) == 0
        if transaction["end"] == "commit":
            producer.commit_transaction(60)
        else:
            producer.abort_transaction(60)


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


serve({"produce": produce, "transact": transact, "consume": consume, "join": join, "leave": lambda: member.leave()})
