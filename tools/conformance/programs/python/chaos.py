"""The librdkafka side of a chaos run: an idempotent producer, and the consumer that reads everything.

Both go on through every restart of the broker and print what they learn (see src/chaos/client-process.ts). They end when
their stdin says `stop`: the producer after its last acknowledgement, the reader at the ends of all partitions.
"""

import os
import sys
import threading
import time

import confluent_kafka
from confluent_kafka import OFFSET_BEGINNING, TIMESTAMP_NOT_AVAILABLE, Consumer, KafkaException, Producer, TopicPartition

OUTSTANDING_MAX = 1_000
STEP_S = 0.01

COMMON = {
    "bootstrap.servers": os.environ.get("CHAOS_BOOTSTRAP", ""),
    "reconnect.backoff.ms": 20,
    "reconnect.backoff.max.ms": 200,
    # Otherwise a line for each connection that a broker refuses while it is away.
    "log_level": 2,
}


def say(*fields):
    sys.stdout.write("@@ " + "\t".join(" ".join(str(field).split()) for field in fields) + "\n")


def told_to_stop():
    stop = threading.Event()

    def listen():
        for line in sys.stdin:
            if line.strip() == "stop":
                break
        stop.set()

    threading.Thread(target=listen, daemon=True).start()
    return stop


def topics_and_partitions():
    return os.environ["CHAOS_TOPICS"].split(","), int(os.environ["CHAOS_PARTITIONS"])


def value(sequence):
    """The sequence number and up to 600 bytes more, so that batches are of many sizes."""
    return f"{sequence}:" + "abcdefgh" * (sequence * 7919 % 75)


def produce():
    say("version", f"{confluent_kafka.__version__} (librdkafka {confluent_kafka.libversion()[0]})")
    topics, partitions = topics_and_partitions()
    keys = int(os.environ["CHAOS_KEYS"])
    per_step = max(1, int(int(os.environ["CHAOS_RECORDS_PER_S"]) * STEP_S))
    stop = told_to_stop()
    client = Producer(
        {
            **COMMON,
            "client.id": "chaos-librdkafka",
            "enable.idempotence": True,
            "max.in.flight.requests.per.connection": 5,
            "linger.ms": 1,
            "batch.num.messages": 10,
            "retry.backoff.ms": 20,
            "retry.backoff.max.ms": 200,
            # A record is given up by nobody, however long the broker is away.
            "message.timeout.ms": 0,
        }
    )

    def delivered(topic, partition, key, sequence):
        def on_delivery(error, message):
            if error is None:
                say("ack", topic, partition, message.offset(), key, sequence)
            else:
                say("fail", topic, partition, key, sequence, error)

        return on_delivery

    index = 0
    while not stop.is_set():
        for _ in range(per_step):
            place = index % (keys * len(topics))
            topic, key_index = topics[place % len(topics)], place // len(topics)
            sequence, key, partition = index // (keys * len(topics)), f"librdkafka-{key_index}", key_index % partitions
            callback = delivered(topic, partition, key, sequence)
            client.produce(topic, value(sequence), key, partition=partition, on_delivery=callback)
            index += 1
        client.poll(0)
        sys.stdout.flush()
        time.sleep(STEP_S)
        while len(client) > OUTSTANDING_MAX and not stop.is_set():
            client.poll(STEP_S)
            sys.stdout.flush()
    while client.flush(1) > 0:
        sys.stdout.flush()
    say("end")


def on_error(error):
    """Without it librdkafka's own threads tell nobody; errors of connections are what a chaos run is about."""
    if error.fatal():
        say("fail", "", -1, "", -1, error)


def read():
    say("version", f"{confluent_kafka.__version__} (librdkafka {confluent_kafka.libversion()[0]})")
    topics, partitions = topics_and_partitions()
    stop = told_to_stop()
    consumer = Consumer(
        {
            **COMMON,
            "client.id": "chaos-reader",
            "group.id": "chaos-reader",
            "enable.auto.commit": False,
            "isolation.level": "read_uncommitted",
            "check.crcs": True,
            # A position outside the log is an error, not a reason to begin anew.
            "auto.offset.reset": "error",
            "fetch.wait.max.ms": 100,
            "error_cb": on_error,
        }
    )
    places = [TopicPartition(topic, index, OFFSET_BEGINNING) for topic in topics for index in range(partitions)]
    consumer.assign(places)
    position = {(one.topic, one.partition): 0 for one in places}
    ends = None
    while ends is None or any(position[place] < end for place, end in ends.items()):
        for message in consumer.consume(1_000, timeout=0.1):
            if message.error() is not None:
                # Codes below zero are of the client itself: the broker is away, and it goes on by itself.
                if message.error().code() >= 0 or message.error().name() == "_AUTO_OFFSET_RESET":
                    say("fail", message.topic(), message.partition(), "", -1, message.error())
                continue
            position[(message.topic(), message.partition())] = message.offset() + 1
            kind, stamp = message.timestamp()
            sequence = message.value().split(b":", 1)[0].decode()
            when = -1 if kind == TIMESTAMP_NOT_AVAILABLE else stamp
            say("record", message.topic(), message.partition(), message.offset(), message.key().decode(), sequence, when)
        sys.stdout.flush()
        if stop.is_set() and ends is None:
            ends = end_offsets(consumer, places)
    consumer.close()
    say("end")


def end_offsets(consumer, places):
    try:
        return {(one.topic, one.partition): consumer.get_watermark_offsets(one, timeout=10)[1] for one in places}
    except KafkaException as error:
        print("asking for the ends", error, file=sys.stderr)
        return None
