import sys
import time

from confluent_kafka import OFFSET_BEGINNING, IsolationLevel, KafkaError, KafkaException, Producer, TopicPartition
from confluent_kafka.admin import OffsetSpec

from clients import COMMON, Member, admin, create_topic, producer, send_values, until_polled
from harness import check, equal, numbered, until


def transactional(context, name, **settings):
    config = {key.replace("_", "."): value for key, value in settings.items()}
    # Without a callback, the fatal error of a fenced producer is thrown out of the delivery callback.
    config["error_cb"] = lambda error: print(error, file=sys.stderr)
    client = Producer({**COMMON, "linger.ms": 0, "transactional.id": context.name(name), **config})
    client.init_transactions(30)
    return client


def send_all(client, topic, values, partition=0):
    failures = []

    def delivered(error, message):
        if error is not None:
            failures.append(error)

    for value in values:
        client.produce(topic, value, partition=partition, on_delivery=delivered)
    equal(client.flush(30), 0, "records left after the flush")
    equal(failures, [], "failed sends")


def named(prefix, count):
    return [f"{prefix}{index}" for index in range(count)]


def placed(first, prefix, count):
    return [(first + index, f"{prefix}{index}") for index in range(count)]


class Reader(Member):
    """Reads the partitions of a topic from the beginning with an isolation level."""

    def __init__(self, context, topic, partitions, isolation):
        group = context.name(f"reader-{isolation}-{time.monotonic_ns()}")
        super().__init__(context, group, isolation_level=isolation, enable_auto_commit=False)
        self.consumer.assign([TopicPartition(topic, index, OFFSET_BEGINNING) for index in range(partitions)])

    def places(self, partition=0):
        return [(one.offset(), one.value().decode()) for one in self.received if one.partition() == partition]


def stable_end(topic, partition=0):
    # ListOffsets of this client takes the leader epoch from its cache and does not look again when a restart made it old.
    admin().list_topics(topic, timeout=10)
    asked = {TopicPartition(topic, partition): OffsetSpec.latest()}
    (future,) = admin().list_offsets(asked, isolation_level=IsolationLevel.READ_COMMITTED).values()
    return future.result().offset


def commit(context):
    topic = create_topic(context, 3)
    client = transactional(context, "id")
    committed = Reader(context, topic, 3, "read_committed")
    everything = Reader(context, topic, 3, "read_uncommitted")
    client.begin_transaction()
    for partition in range(3):
        send_all(client, topic, named(f"a{partition}-", 100), partition)
    until_polled("300 records", lambda: len(everything.received) >= 300, everything)
    # A record outside of any transaction waits for the open one before it.
    send_values(topic, ["plain0"])
    equal([stable_end(topic, partition) for partition in range(3)], [0, 0, 0], "last stable offsets")
    committed.poll()
    committed.poll()
    equal(committed.values(), [], "values before the commit")
    client.commit_transaction(30)
    until_polled("301 records", lambda: len(committed.received) >= 301, committed)
    client.begin_transaction()
    send_all(client, topic, named("b-", 10), 1)
    client.commit_transaction(30)
    until_polled("311 records", lambda: len(committed.received) >= 311, committed)
    equal(committed.places(0), placed(0, "a0-", 100) + placed(100, "plain", 1), "partition 0")
    equal(committed.places(1), placed(0, "a1-", 100) + placed(101, "b-", 10), "partition 1")
    equal(committed.places(2), placed(0, "a2-", 100), "partition 2")
    equal([stable_end(topic, partition) for partition in range(3)], [102, 112, 101], "last stable offsets at the end")


def abort(context):
    """Two producers take turns in one partition; the aborted records lie between the others."""
    topic = create_topic(context)
    one, two = transactional(context, "one"), transactional(context, "two")
    one.begin_transaction()
    send_all(one, topic, named("a", 10))
    two.begin_transaction()
    send_all(two, topic, named("b", 10))
    one.abort_transaction(30)
    one.begin_transaction()
    send_all(one, topic, named("c", 10))
    two.commit_transaction(30)
    # The answer to a commit may come before its markers.
    until("the last stable offset 21", lambda: stable_end(topic) == 21)
    one.commit_transaction(30)
    two.begin_transaction()
    send_all(two, topic, named("d", 10))
    two.abort_transaction(30)
    until("the end, with four markers", lambda: stable_end(topic) == 44)
    send_values(topic, ["plain0"])
    committed = Reader(context, topic, 1, "read_committed")
    until_polled("21 records", lambda: len(committed.received) >= 21, committed)
    expected = placed(10, "b", 10) + placed(21, "c", 10) + placed(44, "plain", 1)
    equal(committed.places(), expected, "committed records")
    everything = Reader(context, topic, 1, "read_uncommitted")
    until_polled("41 records", lambda: len(everything.received) >= 41, everything)
    expected = placed(0, "a", 10) + placed(10, "b", 10) + placed(21, "c", 10) + placed(33, "d", 10)
    equal(everything.places(), expected + placed(44, "plain", 1), "all records")


def fencing(context):
    topic = create_topic(context)
    zombie = transactional(context, "id")
    zombie.begin_transaction()
    send_all(zombie, topic, named("zombie", 5))
    following = transactional(context, "id")
    following.begin_transaction()
    send_all(following, topic, named("next", 5))
    zombie.produce(topic, "late", partition=0)
    try:
        zombie.flush(30)
        check(False, "the zombie's record was accepted")
    except KafkaException as error:
        refused = error.args[0]
        check(refused.fatal(), f"the zombie is out for good: {refused}")
    try:
        zombie.commit_transaction(10)
        check(False, "the zombie's commit was accepted")
    except KafkaException as error:
        check(error.args[0].code() in (KafkaError._FENCED, KafkaError.PRODUCER_FENCED), f"the zombie's commit: {error}")
    following.commit_transaction(30)
    committed = Reader(context, topic, 1, "read_committed")
    until_polled("5 records", lambda: len(committed.received) >= 5, committed)
    # Five records and the marker that aborted them come first.
    equal(committed.places(), placed(6, "next", 5), "committed records")
    equal(stable_end(topic), 12, "end")
    return refused.name()


def timeout(context):
    topic = create_topic(context)
    slow = transactional(context, "id", transaction_timeout_ms=1000)
    since = time.monotonic()
    slow.begin_transaction()
    send_all(slow, topic, named("slow", 5))
    send_values(topic, ["plain0"])
    committed = Reader(context, topic, 1, "read_committed")
    until_polled("the plain record", lambda: len(committed.received) >= 1, committed)
    took = int((time.monotonic() - since) * 1000)
    check(took >= 1000, f"aborted after {took} ms, before its time")
    try:
        slow.commit_transaction(10)
        check(False, "the late commit was accepted")
    except KafkaException as error:
        refused = error.args[0].name()
    following = transactional(context, "id")
    following.begin_transaction()
    send_all(following, topic, named("next", 5))
    following.commit_transaction(30)
    until_polled("6 records", lambda: len(committed.received) >= 6, committed)
    equal(committed.places(), placed(5, "plain", 1) + placed(7, "next", 5), "committed records")
    return f"aborted after {took} ms, then {refused}"


def offsets(context):
    source, target = create_topic(context, suffix="in"), create_topic(context, suffix="out")
    values = numbered(20)
    send_values(source, values)
    group = context.name("group")
    partition = TopicPartition(source, 0)
    member = Member(context, group, enable_auto_commit=False).subscribe([source])
    until_polled("20 records", lambda: len(member.received) >= 20, member)
    client = transactional(context, "id")
    client.begin_transaction()
    send_all(client, target, named("aborted", 3))
    metadata = member.consumer.consumer_group_metadata()
    client.send_offsets_to_transaction([TopicPartition(source, 0, 7)], metadata, 30)
    # A consumer wants stable offsets, and waits for them.
    try:
        found = member.consumer.committed([partition], timeout=0.5)
        check(False, f"the committed offset is told while the transaction is open: {found}")
    except KafkaException as error:
        check(
            error.args[0].code() in (KafkaError._TIMED_OUT, KafkaError.UNSTABLE_OFFSET_COMMIT),
            f"the committed offset while the transaction is open: {error}",
        )
    client.abort_transaction(30)
    (found,) = member.consumer.committed([partition], timeout=10)
    equal(found.offset, -1001, "committed offset after the abort")
    client.begin_transaction()
    send_all(client, target, named("done", 3))
    client.send_offsets_to_transaction([TopicPartition(source, 0, 12, "up to twelve, ünï")], metadata, 30)
    client.commit_transaction(30)
    (found,) = member.consumer.committed([partition], timeout=10)
    equal((found.offset, found.metadata), (12, "up to twelve, ünï"), "committed offset and metadata")
    written = Reader(context, target, 1, "read_committed")
    until_polled("3 records", lambda: len(written.received) >= 3, written)
    equal(written.places(), placed(4, "done", 3), "records written with the offsets")
    member.close()
    later = Member(context, group).subscribe([source])
    until_polled("8 records", lambda: len(later.received) >= 8, later)
    equal(later.in_order(0, 12), values[12:], "values after the committed offset")


def positions(member):
    return member.consumer.position(member.consumer.assignment())


def group(context):
    """What a member read before it lost a partition is not committed, and everything is processed once."""
    source, target = create_topic(context, 4, suffix="in"), create_topic(context, suffix="out")
    values = numbered(200)
    for partition in range(4):
        plain = producer()
        for value in values[partition::4]:
            plain.produce(source, value, partition=partition)
        equal(plain.flush(30), 0, "records left after the flush")
    settings = {"enable_auto_commit": False, "isolation_level": "read_committed"}
    first = Member(context, context.name("group"), **settings).subscribe([source])
    until_polled("40 records", lambda: len(first.received) >= 40, first)
    stale = first.consumer.consumer_group_metadata()
    client = transactional(context, "one")
    client.begin_transaction()
    send_all(client, target, first.values())
    second = Member(context, context.name("group"), **settings).subscribe([source])
    until_polled("two and two", lambda: len(first.assigned) == 2 and len(second.assigned) == 2, first, second)
    try:
        # Not the positions: after a rebalance there may be none yet, and then nothing would be sent.
        client.send_offsets_to_transaction([TopicPartition(source, one, 5) for one in range(4)], stale, 30)
        client.commit_transaction(30)
        check(False, "offsets of an earlier generation were committed")
    except KafkaException as error:
        check(error.args[0].txn_requires_abort(), f"offsets of an earlier generation: {error}")
        refused = error.args[0].name()
    client.abort_transaction(30)
    to_committed(first)
    to_committed(second)
    other = transactional(context, "two")
    done = 0

    def all_done():
        nonlocal done
        done += process(first, client, target) + process(second, other, target)
        return done >= 200

    until("200 records processed", all_done)
    written = Reader(context, target, 1, "read_committed")
    # A last record, so that one too many is seen as well.
    send_values(target, ["~"])
    until_polled("the last record", lambda: "~" in written.values(), written)
    equal(sorted(written.values()), [*values, "~"], "output")
    return refused


def to_committed(member):
    """Forgets what was read and not committed."""
    member.received.clear()
    for one in member.consumer.committed(member.consumer.assignment(), timeout=10):
        member.consumer.seek(TopicPartition(one.topic, one.partition, max(one.offset, 0)))


def process(member, client, target):
    member.received.clear()
    member.poll()
    if not member.received:
        return 0
    client.begin_transaction()
    send_all(client, target, member.values())
    client.send_offsets_to_transaction(positions(member), member.consumer.consumer_group_metadata(), 30)
    client.commit_transaction(30)
    return len(member.received)


def restart_kill(context):
    """One committed, one aborted, two open when the broker is killed; of these one commits and one aborts."""
    topic = create_topic(context)
    one, two = transactional(context, "one"), transactional(context, "two")
    one.begin_transaction()
    send_all(one, topic, named("a", 5))
    one.commit_transaction(30)
    two.begin_transaction()
    send_all(two, topic, named("b", 5))
    two.abort_transaction(30)
    one.begin_transaction()
    send_all(one, topic, named("c", 5))
    two.begin_transaction()
    send_all(two, topic, named("d", 5))
    context.restart("kill")
    send_all(one, topic, named("e", 5))
    two.abort_transaction(30)
    one.commit_transaction(30)
    one.begin_transaction()
    send_all(one, topic, named("f", 5))
    one.commit_transaction(30)
    committed = Reader(context, topic, 1, "read_committed")
    until_polled("20 records", lambda: len(committed.received) >= 20, committed)
    expected = placed(0, "a", 5) + placed(12, "c", 5) + placed(22, "e", 5) + placed(29, "f", 5)
    equal(committed.places(), expected, "committed records")
    equal(stable_end(topic), 35, "end")


CASES = {
    "txn-commit": commit,
    "txn-abort": abort,
    "txn-fencing": fencing,
    "txn-timeout": timeout,
    "txn-offsets": offsets,
    "txn-group": group,
    "txn-restart-kill": restart_kill,
}
