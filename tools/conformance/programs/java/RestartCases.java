import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;

/**
 * An idempotent producer with five requests in flight and a group with one member, while the broker goes away and comes
 * back: each acknowledged record is there once, where it was acknowledged, and the member keeps its partitions.
 */
final class RestartCases {
    private static final int PARTITIONS = 2;

    private RestartCases() {}

    static void addTo(LinkedHashMap<String, Harness.Body> cases) {
        cases.put("restart-clean", context -> restarted(context, "clean"));
        cases.put("restart-kill", context -> restarted(context, "kill"));
    }

    private static String restarted(Harness.Context context, String mode) throws Exception {
        String topic = Clients.topic(context, PARTITIONS);
        String group = context.name("group");
        // Without "none", a client that lost every broker forgets the cluster; the consumer then sees the topic vanish and
        // come back, and joins its group again, whatever the broker does.
        Clients.Member member = Clients.member(context, "group.id", group, "session.timeout.ms", 30_000,
            "auto.commit.interval.ms", 200, "metadata.recovery.strategy", "none").subscribe(List.of(topic));
        Harness.until("an assignment", () -> {
            member.poll();
            return member.assigned.size() == PARTITIONS;
        });
        int generation = member.consumer.groupMetadata().generationId();
        KafkaProducer<byte[], byte[]> producer = Clients.producer(context, "batch.size", 400);
        List<String> acknowledged = Collections.synchronizedList(new ArrayList<>());
        AtomicReference<Exception> failure = new AtomicReference<>();
        AtomicBoolean stop = new AtomicBoolean();
        Thread sender = new Thread(() -> {
            for (int index = 0; !stop.get(); index += 1) {
                String value = String.format("v%07d", index);
                int partition = index % PARTITIONS;
                producer.send(Clients.record(topic, partition, null, value), (RecordMetadata metadata, Exception error) -> {
                    if (error != null) {
                        failure.set(error);
                    } else {
                        acknowledged.add(metadata.partition() + "/" + metadata.offset() + "/" + value);
                    }
                });
                if (index % 50 == 0) {
                    producer.flush();
                }
            }
            producer.flush();
        });
        sender.start();
        context.using(() -> stop.set(true));
        untilAcknowledged(acknowledged, 2_000, member);
        context.restart(mode);
        untilAcknowledged(acknowledged, acknowledged.size() + 2_000, member);
        stop.set(true);
        sender.join();
        Harness.equal(failure.get(), null, "failed sends");
        Harness.until("everything at the member", () -> {
            member.poll();
            return member.received.size() >= acknowledged.size();
        });
        Harness.equal(Harness.sorted(places(member.received)), Harness.sorted(acknowledged), "what the member read");
        Harness.noRebalance(member.consumer.groupMetadata().generationId() - generation + member.assignments - 1);
        member.consumer.commitSync();
        Admin admin = Clients.admin(context);
        long stored = 0;
        for (int partition = 0; partition < PARTITIONS; partition += 1) {
            long end = Clients.offset(admin, topic, partition, OffsetSpec.latest());
            long committed = admin.listConsumerGroupOffsets(group).partitionsToOffsetAndMetadata().get()
                .get(new TopicPartition(topic, partition)).offset();
            Harness.equal(committed, end, "committed offset of partition " + partition);
            stored += end;
        }
        Harness.equal(stored, (long) acknowledged.size(), "records stored");
        return acknowledged.size() + " acknowledged, none stored twice, " + (member.assignments - 1) + " rebalances";
    }

    private static void untilAcknowledged(List<String> acknowledged, int count, Clients.Member member)
        throws InterruptedException {
        Harness.until(count + " acknowledged", () -> {
            member.poll();
            return acknowledged.size() >= count;
        });
    }

    private static List<String> places(List<ConsumerRecord<byte[], byte[]>> records) {
        return records.stream()
            .map(one -> one.partition() + "/" + one.offset() + "/" + Harness.text(one.value())).toList();
    }
}
