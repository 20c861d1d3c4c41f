"""Sends one record with one client and reads it with the other: BOOTSTRAP PROTOCOL CA USER PASSWORD TOPIC."""
import sys

from confluent_kafka import Consumer, Producer
from kafka import KafkaConsumer, KafkaProducer

bootstrap, protocol, ca, user, password, topic = sys.argv[1:]
# A machine that has other things to do may take its time.
ours = {"bootstrap_servers": bootstrap, "security_protocol": protocol, "api_version_auto_timeout_ms": 120_000}
theirs = {"bootstrap.servers": bootstrap, "security.protocol": protocol, "api.version.request.timeout.ms": 120_000}
if protocol.startswith("SASL"):
    ours |= {"sasl_mechanism": "SCRAM-SHA-256", "sasl_plain_username": user, "sasl_plain_password": password}
    theirs |= {"sasl.mechanism": "SCRAM-SHA-512", "sasl.username": user, "sasl.password": password}
if protocol.endswith("SSL"):
    ours["ssl_cafile"] = ca
    theirs["ssl.ca.location"] = ca

producer = KafkaProducer(acks="all", **ours)
producer.send(topic, key=b"k", value=b"by kafka-python").get(timeout=180)
producer.close()

consumer = Consumer({**theirs, "group.id": f"{topic}-librdkafka", "auto.offset.reset": "earliest"})
consumer.subscribe([topic])
message = consumer.poll(180)
print(message.value().decode())
consumer.close()

producer = Producer(theirs)
producer.produce(topic, key=b"k", value=b"by librdkafka")
assert producer.flush(180) == 0

consumer = KafkaConsumer(topic, group_id=f"{topic}-python", auto_offset_reset="earliest", consumer_timeout_ms=180_000, **ours)
for record in consumer:
    if record.value == b"by librdkafka":
        print(record.value.decode())
        break
consumer.close()
