"""kafka-python as a producer, a reader and a member of a group: SETTINGS, as JSON."""
import json
import sys

from kafka import KafkaConsumer, KafkaProducer, OffsetAndMetadata, TopicPartition
from kafka.coordinator.assignors.range import RangePartitionAssignor
from kafka.coordinator.assignors.roundrobin import RoundRobinPartitionAssignor

from group_member import Member, said
from lines import serve

settings = json.loads(sys.argv[1])
access = {
    "bootstrap_servers": settings["bootstrap"],
    "security_protocol": settings["protocol"],
    # Of this limit, the first question to a broker gets a half, which a busy machine may exceed with what is set by itself.
    "api_version_auto_timeout_ms": 120_000,
}
assignors = {"range": RangePartitionAssignor, "roundrobin": RoundRobinPartitionAssignor}
member = None


def produce(topic, records):
    producer = KafkaProducer(acks="all", **access)
    sent = [
        producer.send(topic, key=None if record["key"] is None else record["key"].encode(), value=record["value"].encode())
        for record in records
    ]
    places = [{"partition": one.partition, "offset": one.offset} for one in (future.get(timeout=180) for future in sent)]
    producer.close()
    return places


def describe(record):
    return said(record.partition, record.offset, record.key, record.value, record.headers)


def consume(topic, count):
    """The first records of a topic."""
    consumer = KafkaConsumer(
        topic, group_id=f"{topic}-kafka-python", auto_offset_reset="earliest", consumer_timeout_ms=180_000, **access
    )
    records = []
    for record in consumer:
        records.append(describe(record))
        if len(records) == count:
            break
    consumer.close()
    return records


def join(topic, group, assignor):
    global member
    consumer = KafkaConsumer(
        topic, group_id=group, auto_offset_reset="earliest", enable_auto_commit=False,
        partition_assignment_strategy=[assignors[assignor]], heartbeat_interval_ms=300,
        session_timeout_ms=45_000, **access,
    )

    def poll():
        return [record for records in consumer.poll(timeout_ms=100, max_records=1).values() for record in records]

    def commit(record):
        place = TopicPartition(record.topic, record.partition)
        consumer.commit({place: OffsetAndMetadata(record.offset + 1, "", -1)})

    member = Member(poll, commit, describe, consumer.close)


serve({"produce": produce, "consume": consume, "join": join, "leave": lambda: member.leave()})
