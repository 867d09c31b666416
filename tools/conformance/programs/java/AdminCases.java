import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.CreateTopicsOptions;
import org.apache.kafka.clients.admin.CreateTopicsResult;
import org.apache.kafka.clients.admin.DescribeClusterResult;
import org.apache.kafka.clients.admin.DescribeConfigsOptions;
import org.apache.kafka.clients.admin.ConsumerGroupDescription;
import org.apache.kafka.clients.admin.ListConsumerGroupOffsetsSpec;
import org.apache.kafka.clients.admin.ListGroupsOptions;
import org.apache.kafka.clients.admin.LogDirDescription;
import org.apache.kafka.clients.admin.NewPartitions;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.GroupState;
import org.apache.kafka.common.InvalidRecordException;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.TopicPartitionInfo;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.GroupNotEmptyException;
import org.apache.kafka.common.errors.GroupSubscribedToTopicException;
import org.apache.kafka.common.errors.InvalidConfigurationException;
import org.apache.kafka.common.errors.InvalidPartitionsException;
import org.apache.kafka.common.errors.InvalidReplicationFactorException;
import org.apache.kafka.common.errors.InvalidTopicException;
import org.apache.kafka.common.errors.OffsetOutOfRangeException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.errors.TopicExistsException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;

final class AdminCases {
    private AdminCases() {}

    static void addTo(LinkedHashMap<String, Harness.Body> cases) {
        cases.put("admin-topics", AdminCases::topics);
        cases.put("admin-configs", AdminCases::configs);
        cases.put("admin-partitions", AdminCases::partitions);
        cases.put("admin-groups", AdminCases::groups);
        cases.put("admin-delete-records", AdminCases::deleteRecords);
        cases.put("admin-offsets", AdminCases::offsets);
        cases.put("admin-cluster", AdminCases::cluster);
    }

    private static boolean exists(Admin admin, String topic) {
        try {
            return admin.listTopics().names().get().contains(topic);
        } catch (Exception error) {
            throw new IllegalStateException(error);
        }
    }

    private static TopicDescription describe(Admin admin, String topic) throws Exception {
        Harness.until("the description of " + topic, () -> {
            try {
                admin.describeTopics(List.of(topic)).allTopicNames().get();
                return true;
            } catch (Exception error) {
                return !(error.getCause() instanceof UnknownTopicOrPartitionException);
            }
        });
        return admin.describeTopics(List.of(topic)).allTopicNames().get().get(topic);
    }

    private static String topics(Harness.Context context) throws Exception {
        Admin admin = Clients.admin(context);
        String topic = context.name("t");
        NewTopic wanted = new NewTopic(topic, 3, (short) 1).configs(Map.of("retention.ms", "1000000"));
        admin.createTopics(List.of(wanted), new CreateTopicsOptions().validateOnly(true)).all().get();
        Harness.check(!exists(admin, topic), "a validated topic was made");
        CreateTopicsResult created = admin.createTopics(List.of(wanted));
        Uuid id = created.topicId(topic).get();
        Harness.equal(created.numPartitions(topic).get(), 3, "partitions in the answer");
        Harness.equal(created.config(topic).get().get("retention.ms").value(), "1000000", "config in the answer");
        TopicDescription described = describe(admin, topic);
        Harness.equal(described.topicId(), id, "topic id");
        Harness.equal(described.partitions().stream().map(TopicPartitionInfo::partition).toList(), List.of(0, 1, 2), "partitions");
        Harness.check(described.partitions().stream().allMatch(one -> one.isr().contains(one.leader())), "leaders in sync");
        Harness.check(exists(admin, topic), "the topic is listed");
        Harness.rejectedWith(TopicExistsException.class, "the same topic", ignored -> create(admin, wanted));
        Harness.rejectedWith(InvalidTopicException.class, "a bad name", ignored -> create(admin, new NewTopic("a b", 1, (short) 1)));
        Harness.rejectedWith(InvalidReplicationFactorException.class, "three replicas",
            ignored -> create(admin, new NewTopic(topic + "-rf", 1, (short) 3)));
        Harness.rejectedWith(UnknownTopicOrPartitionException.class, "deleting an unknown topic", ignored -> {
            admin.deleteTopics(List.of(topic + "-no")).all().get();
            return null;
        });
        admin.deleteTopics(List.of(topic)).all().get();
        Harness.until("the topic is gone", () -> !exists(admin, topic));
        Uuid second = admin.createTopics(List.of(new NewTopic(topic, 1, (short) 1))).topicId(topic).get();
        Harness.check(!second.equals(id), "a topic made again has a new id");
        Harness.equal(describe(admin, topic).partitions().size(), 1, "partitions of the second topic");
        admin.deleteTopics(org.apache.kafka.common.TopicCollection.ofTopicIds(List.of(second))).all().get();
        return null;
    }

    private static String create(Admin admin, NewTopic topic) throws Exception {
        admin.createTopics(List.of(topic)).all().get();
        return null;
    }

    private static ConfigEntry config(Admin admin, ConfigResource resource, String name) {
        try {
            DescribeConfigsOptions options = new DescribeConfigsOptions().includeSynonyms(true).includeDocumentation(true);
            return admin.describeConfigs(List.of(resource), options).all().get().get(resource).get(name);
        } catch (Exception error) {
            throw new IllegalStateException(error);
        }
    }

    private static String alter(Admin admin, ConfigResource resource, AlterConfigOp.OpType type, String name, String value)
        throws Exception {
        Collection<AlterConfigOp> operations = List.of(new AlterConfigOp(new ConfigEntry(name, value), type));
        admin.incrementalAlterConfigs(Map.of(resource, operations)).all().get();
        return null;
    }

    private static String configs(Harness.Context context) throws Exception {
        String topic = Clients.topic(context, "t", 1, "retention.ms", "3600000");
        Admin admin = Clients.admin(context);
        ConfigResource resource = new ConfigResource(ConfigResource.Type.TOPIC, topic);
        ConfigEntry retention = config(admin, resource, "retention.ms");
        Harness.equal(retention.value(), "3600000", "value of creation");
        Harness.equal(retention.source(), ConfigEntry.ConfigSource.DYNAMIC_TOPIC_CONFIG, "source");
        Harness.equal(retention.type(), ConfigEntry.ConfigType.LONG, "type");
        Harness.equal(retention.synonyms().get(0).name(), "retention.ms", "first synonym");
        Harness.check(!retention.documentation().isBlank(), "documentation");
        ConfigEntry policy = config(admin, resource, "cleanup.policy");
        Harness.equal(policy.value() + " " + policy.isDefault(), "delete true", "a default");
        KafkaProducer<byte[], byte[]> producer = Clients.producer(context);
        alter(admin, resource, AlterConfigOp.OpType.SET, "max.message.bytes", "2000");
        Harness.until("the new value", () -> config(admin, resource, "max.message.bytes").value().equals("2000"));
        Harness.rejectedWith(RecordTooLargeException.class, "3,000 bytes", ignored -> {
            producer.send(new ProducerRecord<>(topic, 0, null, new byte[3_000])).get();
            return null;
        });
        Harness.rejectedWith(InvalidConfigurationException.class, "no number",
            ignored -> alter(admin, resource, AlterConfigOp.OpType.SET, "max.message.bytes", "plenty"));
        Harness.rejectedWith(InvalidConfigurationException.class, "an unknown key",
            ignored -> alter(admin, resource, AlterConfigOp.OpType.SET, "no.such.key", "1"));
        alter(admin, resource, AlterConfigOp.OpType.DELETE, "max.message.bytes", "");
        Harness.until("the default", () -> config(admin, resource, "max.message.bytes").value().equals("1048588"));
        producer.send(new ProducerRecord<>(topic, 0, null, new byte[3_000])).get();
        alter(admin, resource, AlterConfigOp.OpType.APPEND, "cleanup.policy", "delete");
        Harness.until("the value that was there already", () -> config(admin, resource, "cleanup.policy").value().equals("delete"));
        appendCompact(admin, topic, producer);
        String node = admin.describeCluster().nodes().get().iterator().next().idString();
        ConfigResource broker = new ConfigResource(ConfigResource.Type.BROKER, node);
        Config all = admin.describeConfigs(List.of(broker)).all().get().get(broker);
        for (String name : List.of("log.retention.ms", "num.partitions", "message.max.bytes")) {
            Harness.check(all.get(name) != null, "broker config " + name);
        }
        return all.entries().size() + " broker configs";
    }

    /** Adds `compact` to the list, which makes keys necessary, and takes it away. */
    private static void appendCompact(Admin admin, String topic, KafkaProducer<byte[], byte[]> producer) throws Exception {
        ConfigResource resource = new ConfigResource(ConfigResource.Type.TOPIC, topic);
        alter(admin, resource, AlterConfigOp.OpType.APPEND, "cleanup.policy", "compact");
        Harness.until("the appended value", () -> Set.of("delete,compact", "compact,delete").contains(config(admin, resource, "cleanup.policy").value()));
        // The log of a partition may learn it later than who describes settings.
        Harness.until("the refusal of a record without key", () -> {
            try {
                producer.send(new ProducerRecord<>(topic, 0, null, Harness.bytes("v"))).get();
                return false;
            } catch (ExecutionException error) {
                return error.getCause() instanceof InvalidRecordException;
            } catch (InterruptedException error) {
                throw new IllegalStateException(error);
            }
        });
        producer.send(new ProducerRecord<>(topic, 0, Harness.bytes("k"), Harness.bytes("v"))).get();
        alter(admin, resource, AlterConfigOp.OpType.SUBTRACT, "cleanup.policy", "compact");
        Harness.until("the subtracted value", () -> config(admin, resource, "cleanup.policy").value().equals("delete"));
    }

    private static String partitions(Harness.Context context) throws Exception {
        String topic = Clients.topic(context, 1);
        Admin admin = Clients.admin(context);
        Clients.Member member = Clients.member(context, "group.id", context.name("group")).subscribe(List.of(topic));
        Harness.until("the first partition", () -> {
            member.poll();
            return member.assigned.size() == 1;
        });
        admin.createPartitions(Map.of(topic, NewPartitions.increaseTo(4))).all().get();
        Harness.until("four partitions at the running consumer", () -> {
            member.poll();
            return member.assigned.size() == 4;
        });
        Clients.send(Clients.producer(context),
            Harness.range(4).stream().map(index -> Clients.record(topic, index, null, "p" + index)).toList());
        Harness.until("4 records", () -> {
            member.poll();
            return member.received.size() >= 4;
        });
        List<String> places = Harness.sorted(member.received.stream()
            .map(one -> one.partition() + ":" + one.offset() + ":" + Harness.text(one.value())).toList());
        Harness.equal(places, List.of("0:0:p0", "1:0:p1", "2:0:p2", "3:0:p3"), "records");
        Harness.rejectedWith(InvalidPartitionsException.class, "fewer partitions", ignored -> {
            admin.createPartitions(Map.of(topic, NewPartitions.increaseTo(2))).all().get();
            return null;
        });
        return null;
    }

    private static ConsumerGroupDescription group(Admin admin, String group) throws Exception {
        return admin.describeConsumerGroups(List.of(group)).all().get().get(group);
    }

    private static String groups(Harness.Context context) throws Exception {
        String topic = Clients.topic(context, 2);
        Admin admin = Clients.admin(context);
        List<String> values = Harness.numbered(10);
        Clients.sendValues(context, topic, values);
        String group = context.name("group");
        TopicPartition first = new TopicPartition(topic, 0);
        TopicPartition other = new TopicPartition(topic, 1);
        Clients.Member member =
            Clients.member(context, "group.id", group, "enable.auto.commit", false).subscribe(List.of(topic));
        Harness.until("10 records", () -> {
            member.poll();
            return member.received.size() >= 10;
        });
        member.consumer.commitSync();
        Harness.check(listed(admin, group, GroupState.STABLE), "the group is among the stable ones");
        Harness.check(!listed(admin, group, GroupState.EMPTY), "the group is not among the empty ones");
        ConsumerGroupDescription described = group(admin, group);
        Harness.equal(described.groupState(), GroupState.STABLE, "state");
        Harness.equal(described.partitionAssignor(), "range", "assignor");
        Harness.equal(described.members().iterator().next().assignment().topicPartitions(), Set.of(first, other), "assignment");
        Harness.equal(described.members().iterator().next().clientId(), "conformance-java", "client id");
        Harness.rejectedWith(GroupNotEmptyException.class, "deleting a live group", ignored -> {
            admin.deleteConsumerGroups(List.of(group)).all().get();
            return null;
        });
        Harness.rejectedWith(GroupSubscribedToTopicException.class, "deleting offsets of a live group", ignored -> {
            admin.deleteConsumerGroupOffsets(group, Set.of(first)).all().get();
            return null;
        });
        member.close();
        Harness.equal(group(admin, group).groupState(), GroupState.EMPTY, "state after the last member left");
        admin.alterConsumerGroupOffsets(group, Map.of(first, new OffsetAndMetadata(7))).all().get();
        Clients.Member second = Clients.member(context, "group.id", group).subscribe(List.of(topic));
        Harness.until("3 records", () -> {
            second.poll();
            return second.received.size() >= 3;
        });
        Harness.equal(second.inOrder(0, 7), values.subList(7, 10), "values after the offset that was set");
        second.close();
        admin.deleteConsumerGroupOffsets(group, Set.of(first)).all().get();
        Map<String, ListConsumerGroupOffsetsSpec> asked = Map.of(group, new ListConsumerGroupOffsetsSpec());
        Harness.equal(admin.listConsumerGroupOffsets(asked).all().get().get(group).keySet(), Set.of(other), "partitions left");
        admin.deleteConsumerGroups(List.of(group)).all().get();
        Harness.check(!listed(admin, group, GroupState.EMPTY), "the group is gone");
        return null;
    }

    private static boolean listed(Admin admin, String group, GroupState state) throws Exception {
        return admin.listGroups(ListGroupsOptions.forConsumerGroups().inGroupStates(Set.of(state))).all().get().stream()
            .anyMatch(one -> one.groupId().equals(group));
    }

    private static String deleteRecords(Harness.Context context) throws Exception {
        String topic = Clients.topic(context, 1);
        Admin admin = Clients.admin(context);
        List<String> values = Harness.numbered(30);
        Clients.sendValues(context, topic, values);
        TopicPartition partition = new TopicPartition(topic, 0);
        long[][] steps = {{21, 21}, {5, 21}};
        for (long[] step : steps) {
            RecordsToDelete until = RecordsToDelete.beforeOffset(step[0]);
            long low = admin.deleteRecords(Map.of(partition, until)).lowWatermarks().get(partition).get().lowWatermark();
            Harness.equal(low, step[1], "low watermark after deleting up to " + step[0]);
        }
        Harness.equal(Clients.offset(admin, topic, 0, OffsetSpec.earliest()), 21L, "earliest offset");
        Harness.equal(Clients.readAll(context, topic, 1, 9).inOrder(0, 21), values.subList(21, 30), "values left");
        Harness.rejectedWith(OffsetOutOfRangeException.class, "beyond the end", ignored -> {
            admin.deleteRecords(Map.of(partition, RecordsToDelete.beforeOffset(31))).all().get();
            return null;
        });
        return null;
    }

    private static String offsets(Harness.Context context) throws Exception {
        String topic = Clients.topic(context, 2);
        Admin admin = Clients.admin(context);
        long start = System.currentTimeMillis() - 60_000;
        KafkaProducer<byte[], byte[]> producer = Clients.producer(context);
        for (long delta : new long[] {0, 1, 2, 9, 4}) {
            producer.send(new ProducerRecord<>(topic, 1, start + delta, null, Harness.bytes("v"))).get();
        }
        Harness.equal(Clients.offset(admin, topic, 0, OffsetSpec.latest()), 0L, "latest of the empty partition");
        Harness.equal(Clients.offset(admin, topic, 1, OffsetSpec.earliest()), 0L, "earliest");
        Harness.equal(Clients.offset(admin, topic, 1, OffsetSpec.latest()), 5L, "latest");
        Harness.equal(Clients.offset(admin, topic, 1, OffsetSpec.maxTimestamp()), 3L, "largest timestamp");
        Harness.equal(Clients.offset(admin, topic, 1, OffsetSpec.forTimestamp(start + 2)), 2L, "by time");
        Harness.equal(Clients.offset(admin, topic, 1, OffsetSpec.forTimestamp(start + 10)), -1L, "after the last");
        Harness.equal(Clients.offset(admin, topic, 1, OffsetSpec.earliestLocal()), 0L, "earliest local");
        Harness.equal(Clients.offset(admin, topic, 1, OffsetSpec.latestTiered()), -1L, "latest tiered");
        return null;
    }

    private static String cluster(Harness.Context context) throws Exception {
        Admin admin = Clients.admin(context);
        DescribeClusterResult described = admin.describeCluster();
        Harness.check(!described.clusterId().get().isBlank(), "a cluster id");
        Node node = described.nodes().get().iterator().next();
        Harness.equal(described.nodes().get().size() + " " + node.host() + ":" + node.port(), "1 " + Harness.BOOTSTRAP, "brokers");
        Harness.equal(described.controller().get().id(), node.id(), "controller");
        String topic = Clients.topic(context, 1);
        Clients.sendValues(context, topic, Harness.numbered(10, 100));
        long size = 0;
        for (LogDirDescription dir : admin.describeLogDirs(List.of(node.id())).allDescriptions().get().get(node.id()).values()) {
            if (dir.replicaInfos().containsKey(new TopicPartition(topic, 0))) {
                size = dir.replicaInfos().get(new TopicPartition(topic, 0)).size();
            }
        }
        Harness.check(size > 1_000 && size < 3_000, "size of the partition on disk, got " + size);
        Harness.equal(admin.listPartitionReassignments().reassignments().get(), Map.of(), "reassignments");
        Set<String> features = new TreeSet<>(admin.describeFeatures().featureMetadata().get().supportedFeatures().keySet());
        return "supported features " + features;
    }
}
