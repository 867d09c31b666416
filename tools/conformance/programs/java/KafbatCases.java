import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.ConsumerGroupDescription;
import org.apache.kafka.clients.admin.DescribeClusterOptions;
import org.apache.kafka.clients.admin.DescribeClusterResult;
import org.apache.kafka.clients.admin.ListConsumerGroupOffsetsSpec;
import org.apache.kafka.clients.admin.ListTopicsOptions;
import org.apache.kafka.clients.admin.NewPartitionReassignment;
import org.apache.kafka.clients.admin.NewPartitions;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.consumer.OffsetAndTimestamp;
import org.apache.kafka.common.GroupState;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.acl.AclBindingFilter;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.GroupIdNotFoundException;
import org.apache.kafka.common.errors.GroupNotEmptyException;
import org.apache.kafka.common.errors.GroupSubscribedToTopicException;
import org.apache.kafka.common.errors.TopicExistsException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.apache.kafka.common.quota.ClientQuotaFilter;

/** The requests behind the pages of kafbat UI, in their order. */
final class KafbatCases {
    private KafbatCases() {}

    static void addTo(LinkedHashMap<String, Harness.Body> cases) {
        cases.put("ui-kafbat-overview", KafbatCases::overview);
        cases.put("ui-kafbat-topic", KafbatCases::topic);
        cases.put("ui-kafbat-messages", KafbatCases::messages);
        cases.put("ui-kafbat-groups", KafbatCases::groups);
    }

    /** The answers of single topics; those that went away in between are left out, as on the page. */
    private static <K, V> Map<K, V> present(Map<K, KafkaFuture<V>> answers) throws Exception {
        Map<K, V> found = new HashMap<>();
        for (Map.Entry<K, KafkaFuture<V>> one : answers.entrySet()) {
            try {
                found.put(one.getKey(), one.getValue().get());
            } catch (java.util.concurrent.ExecutionException error) {
                Harness.check(error.getCause() instanceof UnknownTopicOrPartitionException, String.valueOf(error.getCause()));
            }
        }
        return found;
    }

    private static Map<TopicPartition, Long> offsets(Admin admin, Collection<TopicPartition> partitions, OffsetSpec spec)
        throws Exception {
        Map<TopicPartition, Long> found = new HashMap<>();
        var answer = admin.listOffsets(partitions.stream().collect(Collectors.toMap(one -> one, one -> spec)));
        for (TopicPartition one : partitions) {
            long offset = answer.partitionResult(one).get().offset();
            // An offset below zero means that there is none, as for a time after the last record.
            if (offset >= 0) {
                found.put(one, offset);
            }
        }
        return found;
    }

    private static Map<TopicPartition, OffsetAndMetadata> committed(Admin admin, String group) throws Exception {
        Map<String, ListConsumerGroupOffsetsSpec> asked = Map.of(group, new ListConsumerGroupOffsetsSpec().topicPartitions(null));
        return admin.listConsumerGroupOffsets(asked).all().get().get(group);
    }

    private static String overview(Harness.Context context) throws Exception {
        String topic = Clients.topic(context, "t", 2, "retention.ms", "3600000");
        Clients.sendValues(context, topic, Harness.numbered(30));
        Admin admin = Clients.admin(context);
        AdminPages pages = new AdminPages();
        // Connecting: the controller's configs and features give version and abilities.
        DescribeClusterResult cluster = admin.describeCluster(new DescribeClusterOptions().includeAuthorizedOperations(false));
        KafkaFuture.allOf(cluster.controller(), cluster.clusterId(), cluster.nodes(), cluster.authorizedOperations()).get();
        Node controller = cluster.controller().get();
        Harness.equal(cluster.nodes().get().size(), 1, "nodes");
        Collection<ConfigEntry> broker =
            AdminPages.configs(admin, ConfigResource.Type.BROKER, controller.idString());
        ConfigEntry deletion = broker.stream().filter(one -> one.name().equals("delete.topic.enable")).findFirst().orElseThrow();
        Harness.equal(deletion.value(), "true", "delete.topic.enable");
        Harness.check(admin.describeFeatures().featureMetadata().get() != null, "features");
        pages.optional("ACLs", admin.describeAcls(AclBindingFilter.ANY).values());
        // Every half minute: everything about the cluster. One failure, and the cluster is shown as offline.
        pages.optional("quorum", admin.describeMetadataQuorum().quorumInfo());
        Harness.check(AdminPages.sizes(admin, topic, 2).get(0) > 500, "size of the first partition");
        admin.listGroups().all().get();
        Set<String> topics = admin.listTopics(new ListTopicsOptions().listInternal(true)).names().get();
        Harness.check(topics.contains(topic), "the topic is listed");
        Map<String, TopicDescription> descriptions = present(admin.describeTopics(topics).topicNameValues());
        Harness.equal(descriptions.get(topic).partitions().size(), 2, "partitions");
        List<ConfigResource> resources =
            topics.stream().map(name -> new ConfigResource(ConfigResource.Type.TOPIC, name)).toList();
        var configs = present(admin.describeConfigs(resources).values());
        Harness.equal(configs.get(new ConfigResource(ConfigResource.Type.TOPIC, topic)).get("retention.ms").value(), "3600000", "retention");
        List<TopicPartition> partitions = AdminPages.partitions(topic, 2);
        Harness.equal(offsets(admin, partitions, OffsetSpec.latest()), Map.of(partitions.get(0), 30L, partitions.get(1), 0L), "ends");
        Harness.equal(offsets(admin, partitions, OffsetSpec.earliest()), Map.of(partitions.get(0), 0L, partitions.get(1), 0L), "beginnings");
        pages.optional("quotas", admin.describeClientQuotas(ClientQuotaFilter.all()).entities());
        return pages.remark();
    }

    private static String topic(Harness.Context context) throws Exception {
        Admin admin = Clients.admin(context);
        AdminPages pages = new AdminPages();
        String topic = context.name("t");
        admin.createTopics(List.of(new NewTopic(topic, 2, (short) 1).configs(Map.of("segment.bytes", "2000000")))).all().get();
        Harness.until("the topic's description", () -> describes(admin, topic, 2));
        Harness.equal(AdminPages.config(admin, topic, "segment.bytes"), "2000000", "config of creation");
        // Saving the form: what was set and is not in it any more is deleted, the rest is set.
        ConfigResource resource = new ConfigResource(ConfigResource.Type.TOPIC, topic);
        List<AlterConfigOp> changes = new ArrayList<>();
        for (ConfigEntry one : AdminPages.configs(admin, ConfigResource.Type.TOPIC, topic)) {
            if (one.source() == ConfigEntry.ConfigSource.DYNAMIC_TOPIC_CONFIG) {
                changes.add(new AlterConfigOp(one, AlterConfigOp.OpType.DELETE));
            }
        }
        Harness.equal(changes.stream().map(one -> one.configEntry().name()).toList(), List.of("segment.bytes"), "configs that are set");
        changes.add(new AlterConfigOp(new ConfigEntry("retention.ms", "60000"), AlterConfigOp.OpType.SET));
        admin.incrementalAlterConfigs(Map.of(resource, changes)).all().get();
        Harness.until("the changed configs", () -> value(admin, topic, "retention.ms").equals("60000")
            && value(admin, topic, "segment.bytes").equals("1073741824"));
        admin.createPartitions(Map.of(topic, NewPartitions.increaseTo(3))).all().get();
        Harness.until("three partitions", () -> describes(admin, topic, 3));
        Clients.sendValues(context, topic, Harness.numbered(12));
        List<TopicPartition> partitions = AdminPages.partitions(topic, 3);
        pages.optional("producers", admin.describeProducers(partitions).all());
        pages.optional("reassignment", admin.alterPartitionReassignments(
            Map.of(partitions.get(0), java.util.Optional.of(new NewPartitionReassignment(List.of(node(admin)))))).all());
        // "Clear messages": everything up to the ends.
        Map<TopicPartition, Long> ends = offsets(admin, partitions, OffsetSpec.latest());
        Map<TopicPartition, RecordsToDelete> toDelete = new HashMap<>();
        ends.forEach((partition, end) -> toDelete.put(partition, RecordsToDelete.beforeOffset(end)));
        admin.deleteRecords(toDelete).all().get();
        Harness.equal(offsets(admin, partitions, OffsetSpec.earliest()), ends, "beginnings after the messages were cleared");
        Harness.equal(ends.get(partitions.get(0)), 12L, "end of the first partition");
        // "Recreate": delete, and create again until the name is free.
        admin.deleteTopics(List.of(topic)).all().get();
        Harness.until("the name is free", () -> creates(admin, new NewTopic(topic, 1, (short) 1)));
        Harness.until("the description of the new topic", () -> describes(admin, topic, 1));
        admin.deleteTopics(List.of(topic)).all().get();
        return pages.remark();
    }

    private static int node(Admin admin) throws Exception {
        return admin.describeCluster().nodes().get().iterator().next().id();
    }

    private static boolean describes(Admin admin, String topic, int partitions) {
        try {
            Map<String, TopicDescription> found = present(admin.describeTopics(List.of(topic)).topicNameValues());
            return found.containsKey(topic) && found.get(topic).partitions().size() == partitions;
        } catch (Exception error) {
            throw new IllegalStateException(error);
        }
    }

    private static String value(Admin admin, String topic, String name) {
        try {
            return AdminPages.config(admin, topic, name);
        } catch (Exception error) {
            throw new IllegalStateException(error);
        }
    }

    private static boolean creates(Admin admin, NewTopic topic) {
        try {
            admin.createTopics(List.of(topic)).all().get();
            return true;
        } catch (java.util.concurrent.ExecutionException error) {
            Harness.check(error.getCause() instanceof TopicExistsException, "creating again: " + error.getCause());
            return false;
        } catch (InterruptedException error) {
            throw new IllegalStateException(error);
        }
    }

    private static String messages(Harness.Context context) throws Exception {
        String topic = Clients.topic(context, 2);
        List<String> values = Harness.numbered(60);
        long start = System.currentTimeMillis() - 60_000;
        var producer = Clients.producer(context);
        for (int index = 0; index < values.size(); index += 1) {
            producer.send(new org.apache.kafka.clients.producer.ProducerRecord<>(topic, 0, start + index, null, Harness.bytes(values.get(index))));
        }
        producer.flush();
        Admin admin = Clients.admin(context);
        TopicPartition full = new TopicPartition(topic, 0);
        TopicPartition empty = new TopicPartition(topic, 1);
        admin.deleteRecords(Map.of(full, RecordsToDelete.beforeOffset(10))).all().get();
        KafkaConsumer<byte[], byte[]> consumer = AdminPages.consumer(context);
        // The first offset is looked up by time 0; a partition without a record has none, and then the beginnings are asked for.
        List<TopicPartition> all = consumer.partitionsFor(topic).stream().map(one -> new TopicPartition(topic, one.partition())).sorted(
            java.util.Comparator.comparing(TopicPartition::partition)).toList();
        Harness.equal(all, List.of(full, empty), "partitions");
        Map<TopicPartition, OffsetAndTimestamp> first = consumer.offsetsForTimes(Map.of(full, 0L, empty, 0L));
        Harness.equal(first.get(full).offset(), 10L, "first offset by time");
        Harness.equal(first.get(empty), null, "first offset of an empty partition");
        Harness.equal(consumer.beginningOffsets(all), Map.of(full, 10L, empty, 0L), "beginnings");
        Harness.equal(consumer.endOffsets(all), Map.of(full, 60L, empty, 0L), "ends");
        Harness.equal(AdminPages.range(consumer, full, 10, 35), values.subList(10, 35), "the oldest 25");
        Harness.equal(AdminPages.range(consumer, full, 35, 60), values.subList(35, 60), "the newest 25");
        Harness.equal(AdminPages.range(consumer, full, 10, 35), values.subList(10, 35), "the page before");
        long from = consumer.offsetsForTimes(Map.of(full, start + 42)).get(full).offset();
        Harness.equal(AdminPages.range(consumer, full, from, 60), values.subList(42, 60), "from a time on");
        Harness.equal(consumer.offsetsForTimes(Map.of(full, start + 60)).get(full), null, "a time after the last record");
        // Live mode: both partitions from their ends on.
        consumer.assign(all);
        consumer.seek(full, 60);
        consumer.seek(empty, 0);
        Harness.equal(consumer.poll(Duration.ofMillis(100)).count(), 0, "records at the end");
        Clients.sendValues(context, topic, List.of("live"));
        List<String> live = new ArrayList<>();
        Harness.until("the live record", () -> {
            consumer.poll(Duration.ofMillis(100)).forEach(one -> live.add(Harness.text(one.value())));
            return !live.isEmpty();
        });
        Harness.equal(live, List.of("live"), "live records");
        return null;
    }

    private static String groups(Harness.Context context) throws Exception {
        String topic = Clients.topic(context, 2);
        Clients.sendValues(context, topic, Harness.numbered(20));
        Admin admin = Clients.admin(context);
        String group = context.name("group");
        TopicPartition first = new TopicPartition(topic, 0);
        Clients.Member member = Clients.member(context, "group.id", group, "enable.auto.commit", false).subscribe(List.of(topic));
        Harness.until("20 records", () -> {
            member.poll();
            return member.received.size() >= 20;
        });
        member.consumer.commitSync();
        Harness.check(admin.listGroups().all().get().stream().anyMatch(one -> one.groupId().equals(group)), "the group is listed");
        ConsumerGroupDescription live = admin.describeConsumerGroups(List.of(group)).all().get().get(group);
        // The reset form is refused by the page itself unless the group is empty.
        Harness.equal(live.groupState(), GroupState.STABLE, "state");
        Harness.equal(live.members().size(), 1, "members");
        long lag = offsets(admin, List.of(first), OffsetSpec.latest()).get(first) - committed(admin, group).get(first).offset();
        Harness.equal(lag, 0L, "lag");
        Harness.rejectedWith(GroupNotEmptyException.class, "deleting a live group", ignored -> {
            admin.deleteConsumerGroups(List.of(group)).all().get();
            return null;
        });
        Harness.rejectedWith(GroupSubscribedToTopicException.class, "deleting the offsets of a live group", ignored -> {
            admin.deleteConsumerGroupOffsets(group, Set.of(first)).all().get();
            return null;
        });
        member.close();
        Harness.equal(admin.describeConsumerGroups(List.of(group)).all().get().get(group).groupState(), GroupState.EMPTY, "state");
        for (OffsetSpec spec : List.of(OffsetSpec.earliest(), OffsetSpec.latest(), OffsetSpec.forTimestamp(1))) {
            long target = offsets(admin, List.of(first), spec).get(first);
            admin.alterConsumerGroupOffsets(group, Map.of(first, new OffsetAndMetadata(target))).all().get();
            Harness.equal(committed(admin, group).get(first).offset(), target, "offset after the reset");
        }
        Set<TopicPartition> own = committed(admin, group).keySet();
        Harness.equal(own, Set.copyOf(AdminPages.partitions(topic, 2)), "partitions with an offset");
        admin.deleteConsumerGroupOffsets(group, own).all().get();
        Harness.equal(committed(admin, group), Map.of(), "offsets left");
        // Apache Kafka drops a group with its last offset, and so the page may find it gone already.
        try {
            admin.deleteConsumerGroups(List.of(group)).all().get();
        } catch (java.util.concurrent.ExecutionException error) {
            Harness.check(error.getCause() instanceof GroupIdNotFoundException, "deleting the group: " + error.getCause());
        }
        Harness.rejectedWith(GroupIdNotFoundException.class, "deleting a group that is gone", ignored -> {
            admin.deleteConsumerGroups(List.of(group)).all().get();
            return null;
        });
        return null;
    }
}
