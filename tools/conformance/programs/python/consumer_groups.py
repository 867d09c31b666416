"""Groups whose assignments the broker computes (group.protocol=consumer, KIP-848)."""

from clients import Member, create_topic, producer, send, until_polled
from groups import spread_over
from harness import check, equal, numbered

CONSUMER = {"group_protocol": "consumer"}


def join_leave(context):
    topic = create_topic(context, 4)
    group = context.name("group")
    first = Member(context, group, **CONSUMER).subscribe([topic])
    until_polled("all with the first", lambda: len(first.assigned) == 4, first)
    second = Member(context, group, **CONSUMER).subscribe([topic])
    until_polled("two and two", lambda: len(first.assigned) == len(second.assigned) == 2, first, second)
    equal(first.assigned | second.assigned, {0, 1, 2, 3}, "partitions of both")
    equal(first.revoked, 2, "revoked partitions")
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


def static_member(context):
    topic = create_topic(context, 4)
    group = context.name("group")
    first = Member(context, group, group_instance_id="one", **CONSUMER).subscribe([topic])
    second = Member(context, group, group_instance_id="two", **CONSUMER).subscribe([topic])
    until_polled("two and two", lambda: len(first.assigned) == len(second.assigned) == 2, first, second)
    held, assignments = set(second.assigned), first.assignments
    # A static member that closes leaves for a while.
    second.close()
    again = Member(context, group, group_instance_id="two", **CONSUMER).subscribe([topic])
    until_polled("the member is back", lambda: len(again.assigned) == 2, first, again)
    equal(again.assigned, held, "partitions of the member that came back")
    equal(first.assignments, assignments, "assignments of the other member")


def pattern(context):
    wanted = create_topic(context, 2, "wanted-a")
    create_topic(context, 2, "other")
    one = Member(context, context.name("group"), **CONSUMER).subscribe(["^" + wanted[:-1] + "[a-z]$"])
    until_polled("the topic that matches", lambda: len(one.consumer.assignment()) == 2, one)
    create_topic(context, 3, "wanted-b")
    until_polled("the new topic as well", lambda: len(one.consumer.assignment()) == 5, one)


def migration(context):
    topic = create_topic(context, 4)
    group = context.name("group")
    old = Member(context, group, partition_assignment_strategy="cooperative-sticky").subscribe([topic])
    until_polled("all with the classic member", lambda: len(old.assigned) == 4, old)
    new = Member(context, group, **CONSUMER).subscribe([topic])
    until_polled("two and two", lambda: len(old.assigned) == len(new.assigned) == 2, old, new)
    equal(old.assigned | new.assigned, {0, 1, 2, 3}, "partitions of both")
    values = numbered(40)
    send(producer(), spread_over(topic, values))
    until_polled("40 records", lambda: len(old.received) + len(new.received) >= 40, old, new)
    new.close()
    until_polled("all with the classic member again", lambda: len(old.assigned) == 4, old)
    equal(sorted(old.values() + new.values()), values, "values, each once")


CASES = {
    "consumer-group": join_leave,
    "consumer-group-static": static_member,
    "consumer-group-pattern": pattern,
    "consumer-group-migration": migration,
}
