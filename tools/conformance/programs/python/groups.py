import select
import subprocess
import sys
import time

from confluent_kafka import OFFSET_END, ConsumerGroupTopicPartitions, TopicPartition

from clients import Member, admin, create_topic, producer, send, send_values, until_polled
from harness import check, equal, numbered


def commit_offsets(context):
    topic = create_topic(context)
    values = numbered(20)
    send_values(topic, values)
    group = context.name("group")
    first = Member(context, group, enable_auto_commit=False).subscribe([topic])
    until_polled("20 records", lambda: len(first.received) >= 20, first)
    wanted = TopicPartition(topic, 0, 12, metadata="up to twelve", leader_epoch=first.received[11].leader_epoch())
    committed = first.consumer.commit(offsets=[wanted], asynchronous=False)
    equal([(one.offset, one.error) for one in committed], [(12, None)], "answer to the commit")
    first.close()
    found = admin().list_consumer_group_offsets([ConsumerGroupTopicPartitions(group)])[group].result()
    equal([(one.topic, one.partition, one.offset) for one in found.topic_partitions], [(topic, 0, 12)], "fetched offsets")
    second = Member(context, group).subscribe([topic])
    until_polled("8 records", lambda: len(second.received) >= 8, second)
    equal(second.in_order(0, 12), values[12:], "values after the committed offset")
    (fetched,) = second.consumer.committed([TopicPartition(topic, 0)], timeout=10)
    check(fetched.offset in range(12, 21), f"committed offset {fetched.offset}")


def seek_offset(context):
    topic = create_topic(context)
    values = numbered(50)
    send_values(topic, values)
    member = Member(context, context.name("group"))
    member.consumer.assign([TopicPartition(topic, 0, 37)])
    until_polled("13 records", lambda: len(member.received) >= 13, member)
    equal(member.in_order(0, 37), values[37:], "values from 37")
    for offset, first in ((3, 3), (49, 49), (500, 0)):
        member.received.clear()
        member.consumer.seek(TopicPartition(topic, 0, offset))
        until_polled(f"the rest from {offset}", lambda: len(member.received) >= 50 - first, member)
        equal(member.in_order(0, first), values[first:], f"values after a seek to {offset}")
    member.received.clear()
    _, end = member.consumer.get_watermark_offsets(TopicPartition(topic, 0), timeout=10)
    member.consumer.seek(TopicPartition(topic, 0, end))
    send_values(topic, ["last"])
    until_polled("the record after the end", lambda: len(member.received) >= 1, member)
    equal(member.in_order(0, 50), ["last"], "values after a seek to the end")


def seek_timestamp(context):
    topic = create_topic(context)
    start = int(time.time() * 1000) - 100_000
    client = producer()
    for batch in range(5):
        numbers = range(batch * 10, batch * 10 + 10)
        send(client, [{"topic": topic, "partition": 0, "value": "v", "timestamp": start + n * 100} for n in numbers])
    member = Member(context, context.name("group"))
    for delta, offset in ((0, 0), (1_701, 18), (1_800, 18), (4_900, 49), (50_000, OFFSET_END)):
        (found,) = member.consumer.offsets_for_times([TopicPartition(topic, 0, start + delta)], timeout=10)
        equal((found.offset, found.error), (offset, None), f"offset at +{delta}")


def spread_over(topic, values):
    return [{"topic": topic, "partition": index % 4, "value": value} for index, value in enumerate(values)]


def join_leave(context):
    topic = create_topic(context, 4)
    group = context.name("group")
    first = Member(context, group).subscribe([topic])
    until_polled("all with the first", lambda: len(first.assigned) == 4, first)
    second = Member(context, group).subscribe([topic])
    until_polled("two and two", lambda: len(first.assigned) == len(second.assigned) == 2, first, second)
    equal(first.assigned | second.assigned, {0, 1, 2, 3}, "partitions of both")
    values = numbered(400)
    client = producer()
    send(client, spread_over(topic, values[:200]))
    until_polled("200 records", lambda: len(first.received) + len(second.received) >= 200, first, second)
    check(first.received and second.received, "both received records")
    second.close()
    until_polled("all back with the first", lambda: len(first.assigned) == 4, first)
    send(client, spread_over(topic, values[200:]))
    until_polled("400 records", lambda: len(first.received) + len(second.received) >= 400, first)
    equal(sorted(first.values() + second.values()), values, "values, each once")


def crash(context):
    topic = create_topic(context, 4)
    group = context.name("group")
    doomed = subprocess.Popen(
        [sys.executable, "-u", "-B", sys.argv[0], "member", group, topic], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    context.after(doomed.kill)
    equal(doomed.stdout.readline().strip(), b"joined", "first line of the second member")
    first = Member(context, group, session_timeout_ms=6000).subscribe([topic])
    until_polled("two partitions", lambda: len(first.assigned) == 2, first)
    since = time.monotonic()
    doomed.kill()
    until_polled("all after the crash", lambda: len(first.assigned) == 4, first)
    took = int((time.monotonic() - since) * 1000)
    check(took > 3_000, f"taken over after {took} ms, before the session could end")
    values = numbered(40)
    send(producer(), spread_over(topic, values))
    until_polled("40 records", lambda: len(first.received) >= 40, first)
    equal(sorted(first.values()), values, "values")
    return f"taken over after {took} ms"


def cooperative(context):
    topic = create_topic(context, 4)
    group = context.name("group")
    settings = {"partition_assignment_strategy": "cooperative-sticky"}
    first = Member(context, group, **settings).subscribe([topic])
    until_polled("all with the first", lambda: len(first.assigned) == 4, first)
    second = Member(context, group, **settings).subscribe([topic])
    always_held = set(first.assigned)

    def two_and_two():
        always_held.intersection_update(first.assigned)
        return len(first.assigned) == len(second.assigned) == 2

    until_polled("two and two", two_and_two, first, second)
    equal(len(always_held), 2, "partitions that the first member held all the time")
    equal(first.revoked, 2, "revoked partitions")
    second.close()
    until_polled("all back", lambda: len(first.assigned) == 4, first)
    equal(first.revoked, 2, "revoked partitions at the end")


def static_member(context):
    topic = create_topic(context, 4)
    group = context.name("group")
    settings = {"session_timeout_ms": 30000}
    first = Member(context, group, group_instance_id="one", **settings).subscribe([topic])
    second = Member(context, group, group_instance_id="two", **settings).subscribe([topic])
    until_polled("two and two", lambda: len(first.assigned) == len(second.assigned) == 2, first, second)
    held, assignments = set(second.assigned), first.assignments
    # A static member that closes does not leave the group.
    second.close()
    again = Member(context, group, group_instance_id="two", **settings).subscribe([topic])
    until_polled("the member is back", lambda: len(again.assigned) == 2, first, again)
    equal(again.assigned, held, "partitions of the member that came back")
    equal(first.assignments, assignments, "assignments of the other member")


def be_member(context, group, topic):
    """The member that another process kills."""
    member = Member(context, group, session_timeout_ms=6000).subscribe([topic])
    until_polled("an assignment", lambda: bool(member.assigned), member)
    print("joined", flush=True)
    while not select.select([sys.stdin], [], [], 0)[0]:
        member.poll()


CASES = {
    "commit-offsets": commit_offsets,
    "seek-offset": seek_offset,
    "seek-timestamp": seek_timestamp,
    "group-join-leave": join_leave,
    "group-crash": crash,
    "group-cooperative": cooperative,
    "group-static": static_member,
}
