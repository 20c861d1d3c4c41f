#!/usr/bin/env bash
# Java's console tools against a broker: java-tools.sh HOST:PORT CLASSPATH [CLIENT.PROPERTIES]
# CLASSPATH holds org.apache.kafka:kafka-tools and org.apache.kafka:kafka_2.13 with what they need, such as "lib/*".
# Exits with 0 when everything was as it should be; works with Apache Kafka as well.
set -euo pipefail

address=$1 classpath=$2 properties=${3:-/dev/null}
topic=java-$RANDOM$RANDOM
errors=$(mktemp)
trap 'rm -f "$errors"' EXIT

tool() { java -Xmx256m -cp "$classpath" "$@" 2> "$errors" || { cat "$errors" >&2; echo "failed: $1" >&2; exit 1; }; }
same() { [ "$1" = "$2" ] || { echo "$3: expected $1, was $2" >&2; exit 1; }; }
topics() { tool org.apache.kafka.tools.TopicCommand --bootstrap-server "$address" --command-config "$properties" "$@"; }
# By itself it waits 1.5 seconds for an acknowledgement, tries three times, and goes on without the record.
produce() {
  tool kafka.tools.ConsoleProducer --bootstrap-server "$address" --producer.config "$properties" --topic "$topic" \
    --request-timeout-ms 60000 "$@" > /dev/null
}

topics --create --topic "$topic" --partitions 3 --replication-factor 1 > /dev/null
same 1 "$(topics --list | grep -c "^$topic$")" "the topic is listed"
# Idempotent, as Java's producer is by default, and once with a compression that is not gzip.
seq 1 100 | produce
seq 101 200 | produce --producer-property compression.type=zstd
read=$(tool org.apache.kafka.tools.consumer.ConsoleConsumer --bootstrap-server "$address" --consumer.config "$properties" \
  --topic "$topic" --group "$topic" --from-beginning --max-messages 200 --timeout-ms 120000 | grep -E '^[0-9]+$' | sort -n | uniq)
same "$(seq 1 200)" "$read" "every record is read once"
ends=$(tool org.apache.kafka.tools.GetOffsetShell --bootstrap-server "$address" --command-config "$properties" --topic "$topic" |
  grep "^$topic:" | awk -F: '{ sum += $3 } END { print sum }')
same 200 "$ends" "end offsets"
topics --delete --topic "$topic" > /dev/null
echo "Java's console tools: 200 records, 1 group: as it should be"
