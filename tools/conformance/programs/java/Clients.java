import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** Kafka's Java clients with the settings that the cases share, and reading a topic to a known count. */
final class Clients {
    private Clients() {}

    static Admin admin(Harness.Context context) {
        Map<String, Object> config = new HashMap<>();
        config.put("bootstrap.servers", Harness.BOOTSTRAP);
        config.put("client.id", "conformance-java");
        return context.using(Admin.create(config));
    }

    static KafkaProducer<byte[], byte[]> producer(Harness.Context context, Object... settings) {
        Map<String, Object> config = new HashMap<>();
        config.put("bootstrap.servers", Harness.BOOTSTRAP);
        config.put("linger.ms", 0);
        config.put("max.request.size", 20_000_000);
        config.put("reconnect.backoff.max.ms", 300);
        put(config, settings);
        return context.using(new KafkaProducer<>(config, new ByteArraySerializer(), new ByteArraySerializer()));
    }

    private static void put(Map<String, Object> config, Object... settings) {
        for (int index = 0; index < settings.length; index += 2) {
            config.put((String) settings[index], settings[index + 1]);
        }
    }

    static String topic(Harness.Context context, String suffix, int partitions, String... configs) throws Exception {
        Map<String, String> settings = new LinkedHashMap<>();
        for (int index = 0; index < configs.length; index += 2) {
            settings.put(configs[index], configs[index + 1]);
        }
        String name = context.name(suffix);
        Admin admin = admin(context);
        admin.createTopics(List.of(new NewTopic(name, partitions, (short) 1).configs(settings))).all().get();
        // The leaders may not serve yet, and a send without acknowledgement would then be lost.
        for (int partition = 0; partition < partitions; partition += 1) {
            int own = partition;
            Harness.until("partition " + own + " of " + name, () -> serves(admin, name, own));
        }
        return name;
    }

    private static boolean serves(Admin admin, String topic, int partition) {
        try {
            return offset(admin, topic, partition, OffsetSpec.latest()) == 0;
        } catch (ExecutionException error) {
            Harness.check(error.getCause() instanceof RetriableException, "new topic: " + error.getCause());
            return false;
        } catch (Exception error) {
            throw new IllegalStateException(error);
        }
    }

    static String topic(Harness.Context context, int partitions) throws Exception {
        return topic(context, "t", partitions);
    }

    static ProducerRecord<byte[], byte[]> record(String topic, Integer partition, String key, String value) {
        return new ProducerRecord<>(topic, partition, Harness.bytes(key), Harness.bytes(value));
    }

    /** Sends all, then waits for all: batches and requests are in flight together. */
    static List<RecordMetadata> send(
        KafkaProducer<byte[], byte[]> producer, List<ProducerRecord<byte[], byte[]>> records
    ) throws InterruptedException, ExecutionException {
        List<Future<RecordMetadata>> sent = new ArrayList<>();
        for (ProducerRecord<byte[], byte[]> one : records) {
            sent.add(producer.send(one));
        }
        producer.flush();
        List<RecordMetadata> metadata = new ArrayList<>();
        for (Future<RecordMetadata> one : sent) {
            metadata.add(one.get());
        }
        return metadata;
    }

    static void sendValues(Harness.Context context, String topic, List<String> values) throws Exception {
        send(producer(context), values.stream().map(value -> record(topic, 0, null, value)).toList());
    }

    /** A consumer that remembers what it read and how its assignment changed. */
    static final class Member implements AutoCloseable, ConsumerRebalanceListener {
        final KafkaConsumer<byte[], byte[]> consumer;
        final List<ConsumerRecord<byte[], byte[]>> received = new ArrayList<>();
        final Set<Integer> assigned = new TreeSet<>();
        int assignments;
        int revocations;
        int lost;
        private boolean closed;

        Member(Object... settings) {
            Map<String, Object> config = new HashMap<>();
            config.put("bootstrap.servers", Harness.BOOTSTRAP);
            config.put("client.id", "conformance-java");
            config.put("auto.offset.reset", "earliest");
            config.put("heartbeat.interval.ms", 300);
            config.put("session.timeout.ms", 10_000);
            config.put("fetch.max.wait.ms", 100);
            config.put("metadata.max.age.ms", 1_000);
            config.put("reconnect.backoff.max.ms", 300);
            put(config, settings);
            if ("consumer".equals(config.get("group.protocol"))) {
                // The broker decides on these.
                config.remove("heartbeat.interval.ms");
                config.remove("session.timeout.ms");
            }
            consumer = new KafkaConsumer<>(config, new ByteArrayDeserializer(), new ByteArrayDeserializer());
        }

        Member subscribe(Collection<String> topics) {
            consumer.subscribe(topics, this);
            return this;
        }

        void poll() {
            consumer.poll(Duration.ofMillis(50)).forEach(received::add);
        }

        List<String> values() {
            return received.stream().map(one -> Harness.text(one.value())).toList();
        }

        /** Values of one partition, after a check that offsets are first, first + 1, … */
        List<String> inOrder(int partition, long first) {
            List<String> values = new ArrayList<>();
            long next = first;
            for (ConsumerRecord<byte[], byte[]> one : received) {
                if (one.partition() == partition) {
                    Harness.equal(one.offset(), next, "offset in partition " + partition);
                    next += 1;
                    values.add(Harness.text(one.value()));
                }
            }
            return values;
        }

        @Override
        public void onPartitionsAssigned(Collection<TopicPartition> partitions) {
            assignments += 1;
            partitions.forEach(one -> assigned.add(one.partition()));
        }

        @Override
        public void onPartitionsRevoked(Collection<TopicPartition> partitions) {
            revocations += partitions.size();
            partitions.forEach(one -> assigned.remove(one.partition()));
        }

        @Override
        public void onPartitionsLost(Collection<TopicPartition> partitions) {
            lost += partitions.size();
            partitions.forEach(one -> assigned.remove(one.partition()));
        }

        @Override
        public void close() {
            if (!closed) {
                closed = true;
                consumer.close();
            }
        }
    }

    static Member member(Harness.Context context, Object... settings) {
        return context.using(new Member(settings));
    }

    /** Reads all partitions from the beginning without a group, and checks that no more than `count` are stored. */
    static Member readAll(Harness.Context context, String topic, int partitions, int count) throws Exception {
        Member member = member(context, "max.partition.fetch.bytes", 1_048_576);
        List<TopicPartition> all = Harness.range(partitions).stream().map(index -> new TopicPartition(topic, index)).toList();
        member.consumer.assign(all);
        member.consumer.seekToBeginning(all);
        Harness.until(count + " records in " + topic, () -> {
            member.poll();
            return member.received.size() >= count;
        });
        long stored = 0;
        Map<TopicPartition, Long> begin = member.consumer.beginningOffsets(all);
        for (Map.Entry<TopicPartition, Long> end : member.consumer.endOffsets(all).entrySet()) {
            stored += end.getValue() - begin.get(end.getKey());
        }
        Harness.equal(stored, (long) count, "records stored in " + topic);
        return member;
    }

    static long offset(Admin admin, String topic, int partition, OffsetSpec spec) throws Exception {
        TopicPartition key = new TopicPartition(topic, partition);
        return admin.listOffsets(Map.of(key, spec)).partitionResult(key).get().offset();
    }
}
