"""confluent-kafka (librdkafka) against a broker: python confluent.py HOST:PORT [name=value ...]

Settings are librdkafka's. Exits with 0 when everything was as it should be; works with Apache Kafka as well.
"""
import sys
import time
import uuid

from confluent_kafka import Consumer, KafkaError, KafkaException, Producer, TopicPartition
from confluent_kafka.admin import AdminClient, NewTopic

conf = {
    "bootstrap.servers": sys.argv[1],
    # A machine that has other things to do may take its time.
    "api.version.request.timeout.ms": 120_000,
    "socket.connection.setup.timeout.ms": 120_000,
    **dict(arg.split("=", 1) for arg in sys.argv[2:]),
}
run = uuid.uuid4().hex[:8]
topic, group = f"confluent-{run}", f"confluent-group-{run}"


def until(is_so, what, seconds=120):
    deadline = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < deadline, f"not within {seconds} s: {what}"


def consumer(group_id, **more):
    return Consumer({**conf, "group.id": group_id, "auto.offset.reset": "earliest", "enable.auto.commit": False, **more})


admin = AdminClient(conf)
for created in admin.create_topics([NewTopic(topic, num_partitions=3, replication_factor=1)]).values():
    created.result()
until(lambda: len(admin.list_topics(timeout=60).topics.get(topic).partitions) == 3, "the topic is there")
for created in admin.create_topics([NewTopic(topic, num_partitions=3, replication_factor=1)]).values():
    try:
        created.result()
        raise AssertionError("a topic was made twice")
    except KafkaException as error:
        assert error.args[0].code() == KafkaError.TOPIC_ALREADY_EXISTS, error

delivered = []
for compression in ["none", "gzip", "snappy", "lz4", "zstd"]:
    producer = Producer({**conf, "enable.idempotence": True, "partitioner": "murmur2_random", "compression.type": compression})
    for number in range(200):
        producer.produce(
            topic, key=f"user-{number % 10}", value=f"{compression}-{number}", headers={"h": "1"},
            on_delivery=lambda error, message: delivered.append((error, message.partition(), message.offset())),
        )
        producer.poll(0)
    assert producer.flush(120) == 0, "messages were not delivered"
assert all(error is None for error, _, _ in delivered), delivered
written = {(partition, offset) for _, partition, offset in delivered}
assert len(written) == 1000, len(written)

first, second, assigned = consumer(group), consumer(group), {}
first.subscribe([topic], on_assign=lambda _, partitions: assigned.update(first=len(partitions)))
read = {}


def poll(member):
    message = member.poll(0.1)
    if message is not None:
        assert message.error() is None, message.error()
        read[(message.partition(), message.offset())] = message


until(lambda: poll(first) or len(read) == 1000, "all records are read")
assert set(read) == written
assert all(message.headers() == [("h", b"1")] for message in read.values())
assert sum(partition.offset for partition in first.commit(asynchronous=False)) == 1000

second.subscribe([topic], on_assign=lambda _, partitions: assigned.update(second=len(partitions)))
until(lambda: poll(first) or poll(second) or assigned in ({"first": 1, "second": 2}, {"first": 2, "second": 1}), "both share")
first.close()
until(lambda: poll(second) or assigned["second"] == 3, "one takes over")
assert len(read) == 1000, "records came twice"
low, high = second.get_watermark_offsets(TopicPartition(topic, 0), timeout=60)
assert low == 0 and high == len([1 for partition, _ in written if partition == 0])
[earliest] = second.offsets_for_times([TopicPartition(topic, 0, 1)], timeout=60)
assert earliest.offset == 0
second.close()

static = consumer(f"{group}-static", **{"group.instance.id": "instance-1"})
static.subscribe([topic], on_assign=lambda _, partitions: assigned.update(static=len(partitions)))
until(lambda: static.poll(0.1) is not None and assigned.get("static") == 3, "a static member gets its partitions")
static.close()
for deleted in admin.delete_topics([topic]).values():
    deleted.result()
print(f"confluent-kafka: 1000 records in 5 compressions, 2 members, 1 static member: as it should be")
