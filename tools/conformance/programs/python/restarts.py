"""An idempotent producer and a group with one member, while the broker goes away and comes back.

Each acknowledged record is there once, where it was acknowledged, and the member keeps its partitions.
"""

import threading

from confluent_kafka import TopicPartition

from clients import Member, create_topic, producer, until_polled
from harness import check, equal, no_rebalance

PARTITIONS = 2


class Sender(threading.Thread):
    def __init__(self, topic):
        super().__init__(daemon=True)
        self.acknowledged = []
        self.failures = []
        self.stopped = threading.Event()
        self._topic = topic
        self._client = producer(enable_idempotence=True, batch_num_messages=20)

    def _delivered(self, error, message):
        if error is not None:
            self.failures.append(str(error))
        else:
            self.acknowledged.append((message.partition(), message.offset(), message.value().decode()))

    def run(self):
        index = 0
        while not self.stopped.is_set():
            for _ in range(50):
                value = f"v{index:07d}"
                self._client.produce(self._topic, value, partition=index % PARTITIONS, on_delivery=self._delivered)
                index += 1
            self._client.poll(0.02)
            if len(self._client) > 2_000:
                self._client.flush()
        self._client.flush()


def restarted(mode):
    def case(context):
        topic = create_topic(context, PARTITIONS)
        group = context.name("group")
        member = Member(context, group, session_timeout_ms=30000).subscribe([topic])
        until_polled("an assignment", lambda: len(member.assigned) == PARTITIONS, member)
        sender = Sender(topic)
        context.after(sender.stopped.set)
        sender.start()
        until_polled("2,000 acknowledged", lambda: len(sender.acknowledged) >= 2_000, member)
        context.restart(mode)
        wanted = len(sender.acknowledged) + 2_000
        until_polled("2,000 more acknowledged", lambda: len(sender.acknowledged) >= wanted, member, timeout=60)
        sender.stopped.set()
        sender.join()
        equal(sender.failures, [], "failed sends")
        until_polled("everything at the member", lambda: len(member.received) >= len(sender.acknowledged), member)
        places = [(one.partition(), one.offset(), one.value().decode()) for one in member.received]
        equal(sorted(places), sorted(sender.acknowledged), "what the member read")
        no_rebalance(member.assignments - 1 + member.revoked)
        member.consumer.commit(asynchronous=False)
        stored = 0
        for partition in range(PARTITIONS):
            _, high = member.consumer.get_watermark_offsets(TopicPartition(topic, partition), timeout=10)
            (committed,) = member.consumer.committed([TopicPartition(topic, partition)], timeout=10)
            equal(committed.offset, high, f"committed offset of partition {partition}")
            stored += high
        equal(stored, len(sender.acknowledged), "records stored")
        check(stored >= 4_000, "enough records")
        return f"{stored} acknowledged, none stored twice, {member.assignments - 1} rebalances"

    return case


CASES = {"restart-clean": restarted("clean"), "restart-kill": restarted("kill")}
