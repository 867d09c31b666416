import time

from confluent_kafka import (
    ConsumerGroupState,
    ConsumerGroupTopicPartitions,
    KafkaError,
    TopicCollection,
    TopicPartition,
)
from confluent_kafka.admin import (
    AlterConfigOpType,
    ConfigEntry,
    ConfigResource,
    ConfigSource,
    NewPartitions,
    NewTopic,
    OffsetSpec,
)

from clients import Member, admin, create_topic, found, producer, read_all, send, send_values, until_polled
from harness import BOOTSTRAP, check, equal, numbered, rejected, until


def exists(client, topic):
    return topic in client.list_topics(timeout=10).topics


def topics(context):
    client = admin()
    topic = context.name()

    def create(name, partitions=1, replicas=1, **options):
        return client.create_topics([NewTopic(name, partitions, replicas)], **options)[name].result()

    create(topic, 3, validate_only=True)
    check(not exists(client, topic), "a validated topic was made")
    create(topic, 3)
    until("the topic is listed", lambda: exists(client, topic))

    def describe():
        return found(client.describe_topics(TopicCollection([topic]))[topic])

    described = until("the description", describe)
    equal([one.id for one in described.partitions], [0, 1, 2], "partitions")
    check(all(one.leader.id in {node.id for node in one.isr} for one in described.partitions), "leaders in sync")
    rejected("the same topic", KafkaError.TOPIC_ALREADY_EXISTS, lambda: create(topic))
    rejected("a bad name", KafkaError.TOPIC_EXCEPTION, lambda: create("a b"))
    rejected("three replicas", KafkaError.INVALID_REPLICATION_FACTOR, lambda: create(topic + "-rf", 1, 3))
    client.delete_topics([topic])[topic].result()
    until("the topic is gone", lambda: not exists(client, topic))
    create(topic)
    again = until("the second topic", describe)
    check(str(again.topic_id) != str(described.topic_id), "a topic made again has a new id")
    client.delete_topics([topic])[topic].result()


def configs(context):
    client = admin()
    topic = create_topic(context, config={"retention.ms": "3600000"})
    resource = ConfigResource(ConfigResource.Type.TOPIC, topic)

    def config(name):
        return client.describe_configs([resource])[resource].result()[name]

    def alter(operation, name, value):
        entry = ConfigEntry(name, value, incremental_operation=operation)
        change = ConfigResource(ConfigResource.Type.TOPIC, topic, incremental_configs=[entry])
        client.incremental_alter_configs([change])[change].result()

    retention = config("retention.ms")
    equal((retention.value, retention.source), ("3600000", ConfigSource.DYNAMIC_TOPIC_CONFIG.value), "value of creation")
    equal((config("cleanup.policy").value, config("cleanup.policy").is_default), ("delete", True), "a default")
    alter(AlterConfigOpType.SET, "max.message.bytes", "2000")
    until("the new value", lambda: config("max.message.bytes").value == "2000")
    refusals = []
    small = producer()
    small.produce(topic, partition=0, value=bytes(3_000), on_delivery=lambda error, _: refusals.append(error))
    small.flush(30)
    equal([error.code() for error in refusals], [KafkaError.MSG_SIZE_TOO_LARGE], "error for 3,000 bytes")
    rejected("no number", KafkaError.INVALID_CONFIG, lambda: alter(AlterConfigOpType.SET, "max.message.bytes", "plenty"))
    rejected("an unknown key", KafkaError.INVALID_CONFIG, lambda: alter(AlterConfigOpType.SET, "no.such.key", "1"))
    alter(AlterConfigOpType.DELETE, "max.message.bytes", None)
    until("the default", lambda: config("max.message.bytes").value == "1048588")
    send(small, [{"topic": topic, "partition": 0, "value": bytes(3_000)}])
    node = str(client.describe_cluster().result().nodes[0].id)
    broker = ConfigResource(ConfigResource.Type.BROKER, node)
    names = client.describe_configs([broker])[broker].result()
    for name in ("log.retention.ms", "num.partitions", "message.max.bytes"):
        check(name in names, f"broker config {name}")
    return f"{len(names)} broker configs"


def partitions(context):
    topic = create_topic(context)
    client = admin()
    member = Member(context, context.name("group")).subscribe([topic])
    until_polled("the first partition", lambda: len(member.assigned) == 1, member)

    def grow(count):
        client.create_partitions([NewPartitions(topic, count)])[topic].result()

    grow(4)
    until_polled("four partitions at the running consumer", lambda: len(member.assigned) == 4, member)
    send(producer(), [{"topic": topic, "partition": index, "value": f"p{index}"} for index in range(4)])
    until_polled("4 records", lambda: len(member.received) >= 4, member)
    places = sorted((one.partition(), one.offset(), one.value()) for one in member.received)
    equal(places, [(index, 0, b"p%d" % index) for index in range(4)], "records")
    rejected("fewer partitions", KafkaError.INVALID_PARTITIONS, lambda: grow(2))


def groups(context):
    client = admin()
    topic = create_topic(context, 2)
    values = numbered(10)
    send_values(topic, values)
    group = context.name("group")
    member = Member(context, group, enable_auto_commit=False).subscribe([topic])
    until_polled("10 records", lambda: len(member.received) >= 10, member)
    member.consumer.commit(asynchronous=False)

    def listed(state):
        groups_found = client.list_consumer_groups(states={state}).result()
        equal(groups_found.errors, [], "errors of the listing")
        return group in {one.group_id for one in groups_found.valid}

    check(listed(ConsumerGroupState.STABLE), "the group is among the stable ones")
    check(not listed(ConsumerGroupState.EMPTY), "the group is not among the empty ones")
    described = client.describe_consumer_groups([group])[group].result()
    equal((described.state, described.partition_assignor), (ConsumerGroupState.STABLE, "range"), "state and assignor")
    (only,) = described.members
    equal(only.client_id, "conformance-librdkafka", "client id")
    equal({one.partition for one in only.assignment.topic_partitions}, {0, 1}, "assignment")

    def delete():
        client.delete_consumer_groups([group])[group].result()

    rejected("deleting a live group", KafkaError.NON_EMPTY_GROUP, delete)
    member.close()
    until("the group is empty", lambda: listed(ConsumerGroupState.EMPTY))
    change = ConsumerGroupTopicPartitions(group, [TopicPartition(topic, 0, 7)])
    client.alter_consumer_group_offsets([change])[group].result()
    second = Member(context, group).subscribe([topic])
    until_polled("3 records", lambda: len(second.received) >= 3, second)
    equal(second.in_order(0, 7), values[7:], "values after the offset that was set")
    second.close()
    delete()
    check(not listed(ConsumerGroupState.EMPTY), "the group is gone")


def delete_records(context):
    client = admin()
    topic = create_topic(context)
    values = numbered(30)
    send_values(topic, values)

    def remove(offset):
        wanted = TopicPartition(topic, 0, offset)
        (future,) = client.delete_records([wanted]).values()
        return future.result().low_watermark

    equal(remove(21), 21, "low watermark")
    equal(remove(5), 21, "low watermark when asked for less")
    equal(read_all(context, topic, 1, 9).in_order(0, 21), values[21:], "values left")
    rejected("beyond the end", KafkaError.OFFSET_OUT_OF_RANGE, lambda: remove(31))


def offsets(context):
    client = admin()
    topic = create_topic(context, 2)
    start = int(time.time() * 1000) - 60_000
    for delta in (0, 1, 2, 9, 4):
        send(producer(), [{"topic": topic, "partition": 1, "value": "v", "timestamp": start + delta}])

    def offset(partition, spec):
        (future,) = client.list_offsets({TopicPartition(topic, partition): spec}).values()
        return future.result().offset

    equal(offset(0, OffsetSpec.latest()), 0, "latest of the empty partition")
    equal(offset(1, OffsetSpec.earliest()), 0, "earliest")
    equal(offset(1, OffsetSpec.latest()), 5, "latest")
    equal(offset(1, OffsetSpec.max_timestamp()), 3, "largest timestamp")
    equal(offset(1, OffsetSpec.for_timestamp(start + 2)), 2, "by time")
    equal(offset(1, OffsetSpec.for_timestamp(start + 10)), -1, "after the last")


def cluster(context):
    described = admin().describe_cluster().result()
    check(described.cluster_id, "a cluster id")
    equal([f"{node.host}:{node.port}" for node in described.nodes], [BOOTSTRAP], "brokers")
    equal(described.controller.id, described.nodes[0].id, "controller")


CASES = {
    "admin-topics": topics,
    "admin-configs": configs,
    "admin-partitions": partitions,
    "admin-groups": groups,
    "admin-delete-records": delete_records,
    "admin-offsets": offsets,
    "admin-cluster": cluster,
}
