import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.DescribeConfigsOptions;
import org.apache.kafka.clients.admin.LogDirDescription;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.SecurityDisabledException;
import org.apache.kafka.common.errors.UnsupportedVersionException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/** What the pages of the web interfaces have in common: what may be missing, settings, sizes, and a page of records. */
final class AdminPages {
    /** A page waits for its requests; one that a broker does not know must not take the time of a broken broker. */
    private static final long MISSING_MS_MAX = 5_000;

    private final TreeSet<String> missing = new TreeSet<>();

    /**
     * A request that a broker may do without: it is answered, or the client says at once that the broker does not offer
     * it. Anything else would put an error on the page.
     */
    void optional(String what, Future<?> answer) throws Exception {
        long since = System.nanoTime();
        try {
            answer.get(30, TimeUnit.SECONDS);
        } catch (ExecutionException error) {
            boolean saysSo = error.getCause() instanceof UnsupportedVersionException
                || error.getCause() instanceof SecurityDisabledException;
            Harness.check(saysSo, what + ": " + error.getCause());
            Harness.check((System.nanoTime() - since) / 1_000_000 < MISSING_MS_MAX, what + " was refused late");
            missing.add(what + " " + error.getCause().getClass().getSimpleName());
        }
    }

    String remark() {
        return missing.isEmpty() ? "everything is offered" : "not offered: " + String.join(", ", missing);
    }

    static Collection<ConfigEntry> configs(Admin admin, ConfigResource.Type type, String name) throws Exception {
        ConfigResource resource = new ConfigResource(type, name);
        DescribeConfigsOptions options = new DescribeConfigsOptions().includeSynonyms(true).includeDocumentation(true);
        return admin.describeConfigs(List.of(resource), options).values().get(resource).get().entries();
    }

    static String config(Admin admin, String topic, String name) throws Exception {
        return configs(admin, ConfigResource.Type.TOPIC, topic).stream()
            .filter(one -> one.name().equals(name)).findFirst().orElseThrow().value();
    }

    /** Bytes on disk of the topic's partitions, in their order, as the pages sum them up. */
    static List<Long> sizes(Admin admin, String topic, int partitions) throws Exception {
        List<Integer> nodes = admin.describeCluster().nodes().get().stream().map(node -> node.id()).toList();
        Map<Integer, Map<String, LogDirDescription>> all = admin.describeLogDirs(nodes).allDescriptions().get();
        List<Long> sizes = new ArrayList<>();
        for (int partition = 0; partition < partitions; partition += 1) {
            long size = 0;
            for (Map<String, LogDirDescription> dirs : all.values()) {
                for (LogDirDescription dir : dirs.values()) {
                    Harness.equal(dir.error(), null, "error of the log dir");
                    var replica = dir.replicaInfos().get(new TopicPartition(topic, partition));
                    size += replica == null ? 0 : replica.size();
                }
            }
            sizes.add(size);
        }
        return sizes;
    }

    static List<TopicPartition> partitions(String topic, int count) {
        return Harness.range(count).stream().map(index -> new TopicPartition(topic, index)).toList();
    }

    /** A consumer as the pages make it: no subscription, raw bytes, no topic made by asking for it. */
    static KafkaConsumer<byte[], byte[]> consumer(Harness.Context context, Object... settings) {
        Map<String, Object> config = new HashMap<>();
        config.put("bootstrap.servers", Harness.BOOTSTRAP);
        config.put("enable.auto.commit", false);
        config.put("auto.offset.reset", "earliest");
        config.put("allow.auto.create.topics", false);
        for (int index = 0; index < settings.length; index += 2) {
            config.put((String) settings[index], settings[index + 1]);
        }
        return context.using(new KafkaConsumer<>(config, new ByteArrayDeserializer(), new ByteArrayDeserializer()));
    }

    /** Values from `from` up to (not including) `to`: assign, seek, poll until the position is there, pause, resume. */
    static List<String> range(KafkaConsumer<byte[], byte[]> consumer, TopicPartition partition, long from, long to)
        throws InterruptedException {
        consumer.assign(List.of(partition));
        consumer.seek(partition, from);
        List<String> values = new ArrayList<>();
        Harness.until("the position " + to + " in " + partition, () -> {
            for (ConsumerRecord<byte[], byte[]> one : consumer.poll(Duration.ofMillis(200))) {
                if (one.offset() < to) {
                    values.add(Harness.text(one.value()));
                }
            }
            return consumer.position(partition) >= to;
        });
        consumer.pause(List.of(partition));
        consumer.resume(List.of(partition));
        return values;
    }
}
