"""kafka-python against a broker: python kafka_python.py HOST:PORT [name=value ...]

Settings are those of kafka-python's classes. Exits with 0 when everything was as it should be; works with Apache Kafka
as well.
"""
import ssl
import sys
import time
import uuid

import kafka
from kafka import KafkaConsumer, KafkaProducer, TopicPartition
from kafka.admin import KafkaAdminClient, NewTopic

conf = {"bootstrap_servers": sys.argv[1], **dict(arg.split("=", 1) for arg in sys.argv[2:])}
run = uuid.uuid4().hex[:8]
topic, group = f"kafka-python-{run}", f"kafka-python-group-{run}"

# A machine that has other things to do may take its time. Version 3 has another name for what is the time to find a broker, of which
# version 2 gives half to its first question, and a quarter to the second.
for limit in ["api_version_auto_timeout_ms", "bootstrap_timeout_ms"]:
    if limit in KafkaConsumer.DEFAULT_CONFIG:
        conf[limit] = 120_000
if kafka.__version__.startswith("2.") and conf.get("security_protocol") == "SSL":
    # In TLS 1.3, a server sends session tickets when the handshake is over. This version ends a connection on which it hears anything while
    # it waits for no answer, so they must not find it idle; Apache Kafka's neither. With SASL, a login is under way by then.
    conf["ssl_context"] = ssl.create_default_context(cafile=conf.get("ssl_cafile"))
    conf["ssl_context"].maximum_version = ssl.TLSVersion.TLSv1_2
patient = {"request_timeout_ms": 120_000}

admin = KafkaAdminClient(**conf, **patient)
admin.create_topics([NewTopic(topic, num_partitions=2, replication_factor=1)])
deadline = time.monotonic() + 120
while topic not in admin.list_topics():
    assert time.monotonic() < deadline, "the topic is not there"

# The first is what mykobo-py uses.
for settings in [
    {"acks": "all", "retries": 3, "max_in_flight_requests_per_connection": 1},
    {"enable_idempotence": True},
    {"compression_type": "gzip"},
]:
    producer = KafkaProducer(**conf, **patient, delivery_timeout_ms=180_000, max_block_ms=120_000, **settings)
    sent = [
        producer.send(topic, key=f"user-{number % 5}".encode(), value=f"v{number}".encode(), headers=[("h", b"1")])
        for number in range(100)
    ]
    assert all(result.get(180).topic == topic for result in sent)
    producer.close()

consumer = KafkaConsumer(
    topic, **conf, group_id=group, auto_offset_reset="earliest", enable_auto_commit=False, consumer_timeout_ms=120_000,
    session_timeout_ms=60_000,
)
read = []
for message in consumer:
    read.append(message)
    if len(read) == 300:
        break
assert len({(message.partition, message.offset) for message in read}) == 300, len(read)
assert all(message.headers == [("h", b"1")] for message in read)
consumer.commit()
partitions = [TopicPartition(topic, number) for number in (0, 1)]
assert sum(consumer.committed(partition) for partition in partitions) == 300
assert sum(consumer.end_offsets(partitions).values()) == 300
assert set(consumer.beginning_offsets(partitions).values()) == {0}
assert all(found is None or found.offset == 0 for found in consumer.offsets_for_times({p: 1 for p in partitions}).values())
consumer.close()
admin.delete_topics([topic])
admin.close()
print(f"kafka-python {kafka.__version__}: 300 records by 3 producers, 1 group: as it should be")
