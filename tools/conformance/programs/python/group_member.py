"""A member of the groups run: says what it is assigned, gives up and reads, until its stdin says `stop` (see src/groups/group-messages.ts)."""

import os
import sys
import threading
import time

import confluent_kafka
from confluent_kafka import Consumer

_lock = threading.Lock()


def say(*fields):
    with _lock:
        sys.stdout.write("@@ " + "\t".join(str(field) for field in fields) + "\n")
        sys.stdout.flush()


def say_partitions(kind, partitions):
    if partitions:
        say(kind, int(time.time() * 1000), ",".join(str(one.partition) for one in partitions))


def told_to_stop():
    stop = threading.Event()

    def listen():
        for line in sys.stdin:
            if line.strip() == "stop":
                break
        stop.set()

    threading.Thread(target=listen, daemon=True).start()
    return stop


def be_group_member():
    say("version", f"{confluent_kafka.__version__} (librdkafka {confluent_kafka.libversion()[0]})")
    stop = told_to_stop()
    consumer = Consumer(
        {
            "bootstrap.servers": os.environ["GROUPS_BOOTSTRAP"],
            "client.id": "groups-librdkafka",
            "group.id": os.environ["GROUPS_GROUP"],
            "partition.assignment.strategy": "cooperative-sticky",
            "session.timeout.ms": int(os.environ["GROUPS_SESSION_MS"]),
            "heartbeat.interval.ms": int(os.environ["GROUPS_HEARTBEAT_MS"]),
            "max.poll.interval.ms": int(os.environ["GROUPS_REBALANCE_MS"]),
            "auto.offset.reset": "earliest",
            "auto.commit.interval.ms": 500,
            # What is committed was said to be read before.
            "enable.auto.offset.store": False,
            "fetch.wait.max.ms": 100,
            "reconnect.backoff.ms": 20,
            "reconnect.backoff.max.ms": 200,
            "log_level": 2,
        }
    )
    consumer.subscribe(
        [os.environ["GROUPS_TOPIC"]],
        on_assign=lambda _, partitions: say_partitions("assigned", partitions),
        on_revoke=lambda _, partitions: say_partitions("revoked", partitions),
        on_lost=lambda _, partitions: say_partitions("lost", partitions),
    )
    while not stop.is_set():
        message = consumer.poll(0.05)
        if message is None:
            continue
        if message.error() is not None:
            print(message.error(), file=sys.stderr)
            continue
        say("got", int(time.time() * 1000), message.partition(), message.offset())
        try:
            consumer.store_offsets(message)
        except confluent_kafka.KafkaException as error:
            print("storing an offset", error, file=sys.stderr)
    consumer.close()
    say("end")
