import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.DescribeClusterResult;
import org.apache.kafka.clients.admin.ListTopicsOptions;
import org.apache.kafka.clients.admin.NewPartitions;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.consumer.OffsetAndTimestamp;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.GroupState;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.acl.AclBindingFilter;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.PolicyViolationException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;

/** The requests behind the pages of AKHQ, in their order. Offsets it asks of consumers, everything else of an admin client. */
final class AkhqCases {
    private AkhqCases() {}

    static void addTo(LinkedHashMap<String, Harness.Body> cases) {
        cases.put("ui-akhq-cluster", AkhqCases::cluster);
        cases.put("ui-akhq-topic", AkhqCases::topic);
        cases.put("ui-akhq-data", AkhqCases::data);
        cases.put("ui-akhq-groups", AkhqCases::groups);
    }

    /** First and last offset of each partition: by time 0, and the end where no record has a time. */
    private static Map<TopicPartition, List<Long>> bounds(Harness.Context context, List<TopicPartition> partitions) {
        KafkaConsumer<byte[], byte[]> consumer = AdminPages.consumer(context);
        Map<TopicPartition, Long> times = new HashMap<>();
        partitions.forEach(one -> times.put(one, 0L));
        Map<TopicPartition, OffsetAndTimestamp> begins = consumer.offsetsForTimes(times);
        Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
        consumer.close();
        Map<TopicPartition, List<Long>> bounds = new HashMap<>();
        for (TopicPartition one : partitions) {
            bounds.put(one, List.of(begins.get(one) == null ? ends.get(one) : begins.get(one).offset(), ends.get(one)));
        }
        return bounds;
    }

    private static String cluster(Harness.Context context) throws Exception {
        String topic = Clients.topic(context, 2);
        Clients.sendValues(context, topic, Harness.numbered(25));
        Admin admin = Clients.admin(context);
        AdminPages pages = new AdminPages();
        DescribeClusterResult cluster = admin.describeCluster();
        Harness.check(!cluster.clusterId().get().isBlank(), "a cluster id");
        String node = cluster.controller().get().idString();
        Harness.equal(cluster.nodes().get().size(), 1, "nodes");
        Harness.check(AdminPages.configs(admin, ConfigResource.Type.BROKER, node).size() > 20, "broker configs");
        boolean listed = admin.listTopics(new ListTopicsOptions().listInternal(true)).listings().get().stream()
            .anyMatch(one -> one.name().equals(topic) && !one.isInternal());
        Harness.check(listed, "the topic is listed");
        Harness.equal(admin.describeTopics(List.of(topic)).allTopicNames().get().get(topic).partitions().size(), 2, "partitions");
        List<TopicPartition> partitions = AdminPages.partitions(topic, 2);
        Harness.equal(bounds(context, partitions),
            Map.of(partitions.get(0), List.of(0L, 25L), partitions.get(1), List.of(0L, 0L)), "offsets");
        List<Long> sizes = AdminPages.sizes(admin, topic, 2);
        Harness.check(sizes.get(0) > 500 && sizes.get(1) == 0, "sizes " + sizes);
        Harness.equal(AdminPages.configs(admin, ConfigResource.Type.TOPIC, topic).stream()
            .filter(one -> one.name().equals("cleanup.policy")).findFirst().orElseThrow().value(), "delete", "cleanup policy");
        admin.listGroups().all().get();
        pages.optional("ACLs", admin.describeAcls(AclBindingFilter.ANY).values());
        return pages.remark();
    }

    private static String topic(Harness.Context context) throws Exception {
        Admin admin = Clients.admin(context);
        String topic = context.name("t");
        admin.createTopics(Set.of(new NewTopic(topic, 1, (short) 1).configs(Map.of("cleanup.policy", "delete", "retention.ms", "86400000"))))
            .all().get();
        List<TopicPartition> partitions = AdminPages.partitions(topic, 1);
        Harness.until("the topic", () -> serves(context, partitions));
        Harness.equal(AdminPages.config(admin, topic, "retention.ms"), "86400000", "config of creation");
        ConfigResource resource = new ConfigResource(ConfigResource.Type.TOPIC, topic);
        admin.incrementalAlterConfigs(Map.of(resource,
            List.of(new AlterConfigOp(new ConfigEntry("retention.ms", "3600000"), AlterConfigOp.OpType.SET)))).all().get();
        Harness.until("the new value", () -> {
            try {
                return AdminPages.config(admin, topic, "retention.ms").equals("3600000");
            } catch (Exception error) {
                throw new IllegalStateException(error);
            }
        });
        // "Produce" with key and headers, then "delete" of a record: a tombstone for its key.
        ProducerRecord<byte[], byte[]> record = Clients.record(topic, 0, "k", "v");
        record.headers().add("h", Harness.bytes("x"));
        Clients.send(Clients.producer(context), List.of(record, Clients.record(topic, 0, "k", null)));
        List<ConsumerRecord<byte[], byte[]>> read = Clients.readAll(context, topic, 1, 2).received;
        Harness.equal(Harness.text(read.get(0).headers().lastHeader("h").value()), "x", "header");
        Harness.equal(read.get(1).value(), null, "tombstone");
        admin.createPartitions(Map.of(topic, NewPartitions.increaseTo(2))).all().get();
        Harness.until("the second partition", () -> serves(context, AdminPages.partitions(topic, 2)));
        // "Empty topic": every partition up to its end.
        Map<TopicPartition, RecordsToDelete> everything = new HashMap<>();
        bounds(context, AdminPages.partitions(topic, 2)).forEach((one, bounds) -> everything.put(one, RecordsToDelete.beforeOffset(bounds.get(1))));
        for (var answer : admin.deleteRecords(everything).lowWatermarks().entrySet()) {
            Harness.equal(answer.getValue().get().lowWatermark(), answer.getKey().partition() == 0 ? 2L : 0L, "low watermark");
        }
        keepCompacted(context, admin);
        admin.deleteTopics(Set.of(topic)).all().get();
        Harness.rejectedWith(UnknownTopicOrPartitionException.class, "deleting it again", ignored -> {
            admin.deleteTopics(Set.of(topic)).all().get();
            return null;
        });
        return null;
    }

    /** A compacted topic shows that it is one, since its records can only be deleted by key. */
    private static void keepCompacted(Harness.Context context, Admin admin) throws Exception {
        String topic = Clients.topic(context, "compacted", 1, "cleanup.policy", "compact");
        Harness.equal(AdminPages.config(admin, topic, "cleanup.policy"), "compact", "cleanup policy of creation");
        Clients.send(Clients.producer(context), List.of(Clients.record(topic, 0, "k", "v"), Clients.record(topic, 0, "k", null)));
        TopicPartition partition = new TopicPartition(topic, 0);
        Harness.rejectedWith(PolicyViolationException.class, "emptying it", ignored -> {
            admin.deleteRecords(Map.of(partition, RecordsToDelete.beforeOffset(2))).all().get();
            return null;
        });
        Harness.equal(bounds(context, List.of(partition)).get(partition), List.of(0L, 2L), "its bounds");
    }

    private static boolean serves(Harness.Context context, List<TopicPartition> partitions) {
        try (KafkaConsumer<byte[], byte[]> consumer = AdminPages.consumer(context)) {
            return consumer.endOffsets(partitions, Duration.ofSeconds(5)).size() == partitions.size();
        } catch (org.apache.kafka.common.errors.TimeoutException | UnknownTopicOrPartitionException error) {
            return false;
        }
    }

    private static String data(Harness.Context context) throws Exception {
        String topic = Clients.topic(context, 2);
        List<String> values = Harness.numbered(40);
        Clients.sendValues(context, topic, values);
        List<TopicPartition> all = AdminPages.partitions(topic, 2);
        TopicPartition full = all.get(0);
        // Oldest first: one consumer for all partitions, a page is one poll.
        KafkaConsumer<byte[], byte[]> oldest = AdminPages.consumer(context, "max.poll.records", 15);
        oldest.assign(all);
        all.forEach(one -> oldest.seek(one, 0));
        List<String> page = new ArrayList<>();
        Harness.until("a page", () -> {
            oldest.poll(Duration.ofMillis(500)).forEach(one -> page.add(Harness.text(one.value())));
            return page.size() >= 15;
        });
        Harness.equal(page, values.subList(0, 15), "the first page");
        // Newest first: a consumer for each partition, from its end minus the page's length.
        KafkaConsumer<byte[], byte[]> newest = AdminPages.consumer(context, "max.poll.records", 15);
        long end = newest.endOffsets(List.of(full)).get(full);
        Harness.equal(AdminPages.range(newest, full, end - 15, end), values.subList(25, 40), "the newest page");
        // One record by partition and offset, from a little before it.
        KafkaConsumer<byte[], byte[]> single = AdminPages.consumer(context, "max.poll.records", 3);
        Harness.equal(AdminPages.range(single, full, 18, 21), values.subList(18, 21), "around offset 20");
        // Search reads on until the end; a live tail begins at the ends.
        KafkaConsumer<byte[], byte[]> tail = AdminPages.consumer(context);
        tail.assign(all);
        tail.seekToEnd(all);
        all.forEach(one -> Harness.equal(tail.position(one), one.equals(full) ? 40L : 0L, "position of " + one));
        Clients.sendValues(context, topic, List.of("tailed"));
        List<String> tailed = new ArrayList<>();
        Harness.until("the tailed record", () -> {
            tail.poll(Duration.ofMillis(500)).forEach(one -> tailed.add(Harness.text(one.value())));
            return !tailed.isEmpty();
        });
        Harness.equal(tailed, List.of("tailed"), "tailed records");
        return null;
    }

    private static String groups(Harness.Context context) throws Exception {
        String topic = Clients.topic(context, 2);
        Clients.sendValues(context, topic, Harness.numbered(20));
        Admin admin = Clients.admin(context);
        String group = context.name("group");
        List<TopicPartition> partitions = AdminPages.partitions(topic, 2);
        // "Update offsets" is a commit of a consumer that never joins the group; it makes a group that is not there yet.
        for (long target : new long[] {5, 12}) {
            KafkaConsumer<byte[], byte[]> consumer = AdminPages.consumer(context, "group.id", group);
            consumer.commitSync(Map.of(partitions.get(0), new OffsetAndMetadata(target)));
            consumer.close();
            Harness.equal(admin.listConsumerGroupOffsets(group).partitionsToOffsetAndMetadata().get().get(partitions.get(0)).offset(), target, "offset");
        }
        Harness.check(admin.listGroups().all().get().stream().anyMatch(one -> one.groupId().equals(group)), "the group is listed");
        Harness.equal(admin.describeConsumerGroups(List.of(group)).all().get().get(group).groupState(), GroupState.EMPTY, "state");
        long lag = bounds(context, partitions).get(partitions.get(0)).get(1) - 12;
        Harness.equal(lag, 8L, "lag");
        // A live member of the group: a commit from outside is refused, and the page says so.
        Clients.Member member = Clients.member(context, "group.id", group, "enable.auto.commit", false).subscribe(List.of(topic));
        Harness.until("an assignment", () -> {
            member.poll();
            return member.assigned.size() == 2;
        });
        Throwable refused = Harness.rejection("a commit from outside", ignored -> {
            KafkaConsumer<byte[], byte[]> consumer = AdminPages.consumer(context, "group.id", group);
            consumer.commitSync(Map.of(partitions.get(0), new OffsetAndMetadata(1)));
            return null;
        });
        Harness.equal(refused.getClass().getSimpleName(), "CommitFailedException", "a commit from outside");
        member.close();
        admin.deleteConsumerGroupOffsets(group, Set.copyOf(partitions)).all().get();
        Harness.equal(admin.listConsumerGroupOffsets(group).partitionsToOffsetAndMetadata().get(), Map.of(), "offsets left");
        return null;
    }
}
