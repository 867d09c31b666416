import time
from collections import Counter

from confluent_kafka import TIMESTAMP_CREATE_TIME, TIMESTAMP_LOG_APPEND_TIME, KafkaError, TopicPartition
from confluent_kafka.admin import NewTopic

from clients import Member, admin, create_topic, producer, read_all, send, send_values, until_polled
from harness import INTEROP_TOPIC, check, equal, noise, numbered, sha256, until

PARTITIONS = 3


def spread(size=24, **settings):
    def case(context):
        topic = create_topic(context, PARTITIONS)
        values = numbered(600, size)
        records = [
            {"topic": topic, "partition": index % PARTITIONS, "key": f"k{index % PARTITIONS}", "value": value}
            for index, value in enumerate(values)
        ]
        answers = send(producer(**settings), records)
        if settings.get("acks") != 0:
            equal([one.offset() for one in answers], [index // PARTITIONS for index in range(600)], "acknowledged offsets")
        member = read_all(context, topic, PARTITIONS, 600)
        for partition in range(PARTITIONS):
            equal(member.in_order(partition), values[partition::PARTITIONS], f"values of partition {partition}")
        equal({(one.partition(), one.key()) for one in member.received}, {(n, b"k%d" % n) for n in range(3)}, "keys")

    return case


def headers(context):
    topic = create_topic(context)
    sent = [("b", b"two"), ("a", b"one"), ("a", b"more"), ("empty", b""), ("null", None), ("binary", noise(64))]
    send(
        producer(),
        [
            {"topic": topic, "partition": 0, "value": "v", "headers": sent},
            {"topic": topic, "partition": 0, "value": "none"},
        ],
    )
    first, second = read_all(context, topic, 1, 2).received
    equal(first.headers(), sent, "headers")
    equal(second.headers() or [], [], "headers of a record without any")


def null_and_empty(context):
    topic = create_topic(context)
    pairs = [(None, None), (None, b""), (b"", None), (b"", b""), (b"k", b"v")]
    send(producer(), [{"topic": topic, "partition": 0, "key": key, "value": value} for key, value in pairs])
    received = read_all(context, topic, 1, 5).received
    equal([(one.key(), one.value()) for one in received], pairs, "keys and values")


def timestamps(context):
    created = create_topic(context, suffix="create")
    appended = create_topic(context, suffix="append", config={"message.timestamp.type": "LogAppendTime"})
    old = int(time.time() * 1000) - 3_600_000
    times = [old, old + 7, old + 3]
    before = int(time.time() * 1000)
    answers = {}
    for topic in (created, appended):
        records = [{"topic": topic, "partition": 0, "value": "v", "timestamp": stamp} for stamp in times]
        answers[topic] = [one.timestamp() for one in send(producer(linger_ms=50), records)]
    after = int(time.time() * 1000)
    kept = [one.timestamp() for one in read_all(context, created, 1, 3).received]
    equal(kept, [(TIMESTAMP_CREATE_TIME, stamp) for stamp in times], "create times")
    for kind, stamp in (one.timestamp() for one in read_all(context, appended, 1, 3).received):
        equal(kind, TIMESTAMP_LOG_APPEND_TIME, "type")
        check(before <= stamp <= after, f"append time {stamp} in {before}…{after}")
        check(stamp in {answer[1] for answer in answers[appended]}, f"append time {stamp} in the answers")


def idempotence(context):
    topic = create_topic(context)
    values = numbered(2_000)
    answers = send_values(
        topic, values, enable_idempotence=True, batch_num_messages=20, max_in_flight_requests_per_connection=5
    )
    equal([one.offset() for one in answers], list(range(2_000)), "acknowledged offsets")
    equal(read_all(context, topic, 1, 2_000).in_order(0), values, "values")


def large_message(context):
    topic = create_topic(context, config={"max.message.bytes": "6000000"})
    client = producer(message_max_bytes=20_000_000, batch_num_messages=1)
    big = noise(5_000_000)
    send(client, [{"topic": topic, "partition": 0, "value": value} for value in (b"before", big)])
    refusals = []
    client.produce(topic, partition=0, value=noise(7_000_000), on_delivery=lambda error, _: refusals.append(error))
    client.flush(30)
    equal([error.code() for error in refusals], [KafkaError.MSG_SIZE_TOO_LARGE], "error for 7 MB")
    send(client, [{"topic": topic, "partition": 0, "value": b"after"}])
    received = read_all(context, topic, 1, 3).received
    equal([sha256(one.value()) for one in received], [sha256(one) for one in (b"before", big, b"after")], "digests")


def many_topics(context):
    topics = [context.name(f"{index:03d}") for index in range(100)]
    client = admin()
    for future in client.create_topics([NewTopic(topic, 2, 1) for topic in topics]).values():
        future.result()
    records = [
        {"topic": topic, "partition": partition, "value": f"{topic}/{partition}"}
        for topic in topics
        for partition in range(2)
    ]
    send(producer(), records)
    member = Member(context, context.name("group")).subscribe(topics)
    until_polled("200 records", lambda: len(member.received) >= 200, member)
    member.close()
    for one in member.received:
        equal((one.value().decode(), one.offset()), (f"{one.topic()}/{one.partition()}", 0), "place")
    equal(sorted(member.values()), sorted(record["value"] for record in records), "values")
    for future in client.delete_topics(topics).values():
        future.result()
    until("all topics gone", lambda: not set(topics) & set(client.list_topics(timeout=10).topics))


def auto_create(context):
    topic = context.name()
    send(producer(), [{"topic": topic, "value": "first"}])
    equal(read_all(context, topic, 1, 1).in_order(0), ["first"], "values")


def interop(context):
    for codec in ("none", "gzip", "snappy", "lz4", "zstd"):
        values = [f"librdkafka|{codec}|{value}".encode() for value in numbered(10, 200)]
        records = [{"topic": INTEROP_TOPIC, "value": value, "headers": [("sha256", sha256(value))]} for value in values]
        send(producer(compression_type=codec, linger_ms=20), records)
    probe = Member(context, context.name("probe"))
    _, end = probe.consumer.get_watermark_offsets(TopicPartition(INTEROP_TOPIC, 0), timeout=10)
    counts = Counter()
    for one in read_all(context, INTEROP_TOPIC, 1, end).received:
        equal(dict(one.headers())["sha256"].decode(), sha256(one.value()), f"digest at offset {one.offset()}")
        counts[one.value().decode().split("|")[0]] += 1
    equal(counts["librdkafka"], 50, "own records")
    return "read " + ", ".join(f"{count} of {name}" for name, count in counts.items())


CASES = {
    "produce-acks-all": spread(acks="all"),
    "produce-acks-1": spread(acks=1),
    "produce-acks-0": spread(acks=0),
    **{f"codec-{codec}": spread(300, compression_type=codec) for codec in ("gzip", "snappy", "lz4", "zstd")},
    "headers": headers,
    "null-and-empty": null_and_empty,
    "timestamps": timestamps,
    "idempotence": idempotence,
    "large-message": large_message,
    "many-topics": many_topics,
    "auto-create": auto_create,
    "interop": interop,
}
