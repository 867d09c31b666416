"""confluent-kafka objects with the settings that the cases share, and reading a topic to a known count."""

from functools import cache

from confluent_kafka import OFFSET_BEGINNING, Consumer, KafkaError, KafkaException, Producer, TopicPartition
from confluent_kafka.admin import AdminClient, NewTopic, OffsetSpec

from harness import BOOTSTRAP, check, equal, until

COMMON = {
    "bootstrap.servers": BOOTSTRAP,
    "client.id": "conformance-librdkafka",
    "reconnect.backoff.ms": 50,
    "reconnect.backoff.max.ms": 300,
    "topic.metadata.refresh.interval.ms": 1000,
}


@cache
def admin():
    """One for all cases: a client that is collected takes its pending answers with it."""
    return AdminClient(dict(COMMON))


def create_topic(context, partitions=1, suffix="t", config=None):
    topic = context.name(suffix)
    new = NewTopic(topic, num_partitions=partitions, replication_factor=1, config=config or {})
    admin().create_topics([new])[topic].result()
    until(f"the leaders of {topic}", lambda: serving(topic, partitions))
    return topic


def serving(topic, partitions):
    """The leaders of a new topic may not serve yet, and a send without acknowledgement would then be lost."""
    asked = {TopicPartition(topic, index): OffsetSpec.latest() for index in range(partitions)}
    return all(found(future) is not None for future in admin().list_offsets(asked).values())


def found(future):
    """What the future holds; None while the broker does not know a new topic yet."""
    not_yet = (
        KafkaError._NOENT,
        KafkaError.UNKNOWN_TOPIC_OR_PART,
        KafkaError.NOT_LEADER_FOR_PARTITION,
        KafkaError.LEADER_NOT_AVAILABLE,
        KafkaError.UNKNOWN_LEADER_EPOCH,
    )
    try:
        return future.result()
    except KafkaException as error:
        check(error.args[0].code() in not_yet, f"new topic: {error}")
        return None


def producer(**settings):
    return Producer({**COMMON, "linger.ms": 5, **{name.replace("_", "."): value for name, value in settings.items()}})


def send(client, records):
    """Produces (topic, partition, key, value, …) dictionaries and returns their acknowledged messages in that order."""
    answers = [None] * len(records)
    failures = []

    def on_delivery(index):
        def delivered(error, message):
            answers[index] = message
            if error is not None:
                failures.append(error)

        return delivered

    for index, record in enumerate(records):
        client.produce(**record, on_delivery=on_delivery(index))
        client.poll(0)
    equal(client.flush(30), 0, "records left after the flush")
    check(not failures, f"failed sends: {failures[:3]}")
    return answers


def send_values(topic, values, **settings):
    return send(producer(**settings), [{"topic": topic, "partition": 0, "value": value} for value in values])


class Member:
    """A consumer that remembers what it read and how its assignment changed."""

    def __init__(self, context, group, **settings):
        self.received = []
        self.assigned = set()
        self.assignments = 0
        self.revoked = 0
        self._open = True
        config = {
            **COMMON,
            "group.id": group,
            "auto.offset.reset": "earliest",
            "session.timeout.ms": 10000,
            "heartbeat.interval.ms": 300,
            "fetch.wait.max.ms": 100,
            "auto.commit.interval.ms": 200,
            **{name.replace("_", "."): value for name, value in settings.items()},
        }
        if config.get("group.protocol") == "consumer":
            # The broker decides on these.
            del config["session.timeout.ms"], config["heartbeat.interval.ms"]
        self._cooperative = "cooperative" in config.get("partition.assignment.strategy", "")
        self.consumer = Consumer(config)
        context.after(self.close)

    def subscribe(self, topics):
        self.consumer.subscribe(topics, on_assign=self._on_assign, on_revoke=self._on_revoke, on_lost=self._on_revoke)
        return self

    def _on_assign(self, consumer, partitions):
        self.assignments += 1
        self.assigned |= {one.partition for one in partitions}

    def _on_revoke(self, consumer, partitions):
        self.revoked += len(partitions)
        self.assigned -= {one.partition for one in partitions}

    def poll(self):
        for message in self.consumer.consume(500, timeout=0.05):
            if message.error() is not None:
                check(message.error().retriable() or message.error().code() < 0, f"consumer error {message.error()}")
                continue
            self.received.append(message)

    def values(self):
        return [message.value().decode() for message in self.received]

    def in_order(self, partition, first=0):
        """Values of one partition, after a check that offsets are first, first + 1, …"""
        own = [message for message in self.received if message.partition() == partition]
        offsets = [message.offset() for message in own]
        equal(offsets, list(range(first, first + len(own))), f"offsets of partition {partition}")
        return [message.value().decode() for message in own]

    def close(self):
        if self._open:
            self._open = False
            self.consumer.close()


def until_polled(what, condition, *members, timeout=30):
    def step():
        for member in members:
            member.poll()
        return condition()

    until(what, step, timeout)


def read_all(context, topic, partitions, count):
    """Reads all partitions from the beginning, and checks that no more than `count` are stored."""
    member = Member(context, context.name(f"reader-{count}"), enable_auto_commit=False)
    member.consumer.assign([TopicPartition(topic, index, OFFSET_BEGINNING) for index in range(partitions)])
    until_polled(f"{count} records in {topic}", lambda: len(member.received) >= count, member)
    stored = 0
    for index in range(partitions):
        low, high = member.consumer.get_watermark_offsets(TopicPartition(topic, index), timeout=10)
        stored += high - low
    equal(stored, count, f"records stored in {topic}")
    return member
