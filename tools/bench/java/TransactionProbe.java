/*
 * Transactions and offset commits as fast as one client brings them, each timed to the microsecond. Kafka's clients with
 * their defaults; every mode first warms up for WARMUP seconds and then measures for SECONDS.
 *
 *   transactions BOOTSTRAP WARMUP SECONDS TOPIC PARTITIONS RECORDS
 *       one producer, transactions of RECORDS records of 100 B in turn over the partitions; from begin to the end of commit
 *   process      BOOTSTRAP WARMUP SECONDS IN OUT
 *       one record at a time: produced, read by a group, written again in a transaction with the group's offset, read by a
 *       read_committed consumer; from the first send to the last poll
 *   commits      BOOTSTRAP WARMUP SECONDS TOPIC PARTITIONS GROUPS
 *       as many consumers in groups of their own, each commits its offsets of all partitions again and again
 */
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;

public final class TransactionProbe {
    private static final Duration POLL_MAX = Duration.ofSeconds(30);
    private static final byte[] PAYLOAD = new byte[100];

    private final long measureFrom;
    private final long end;

    private TransactionProbe(int warmupSeconds, int seconds) {
        measureFrom = System.nanoTime() + warmupSeconds * 1_000_000_000L;
        end = measureFrom + seconds * 1_000_000_000L;
    }

    public static void main(String[] args) throws Exception {
        Arrays.fill(PAYLOAD, (byte) 'x');
        String bootstrap = args[1];
        int warmup = Integer.parseInt(args[2]);
        int seconds = Integer.parseInt(args[3]);
        Samples samples = switch (args[0]) {
            case "transactions" -> transactions(bootstrap, warmup, seconds, args[4], Integer.parseInt(args[5]), Integer.parseInt(args[6]));
            case "process" -> process(bootstrap, warmup, seconds, args[4], args[5]);
            case "commits" -> commits(bootstrap, warmup, seconds, args[4], Integer.parseInt(args[5]), Integer.parseInt(args[6]));
            default -> throw new IllegalArgumentException("no mode " + args[0]);
        };
        samples.print(seconds);
        // Consumers that were never polled would each wait for their coordinator on close.
        System.exit(0);
    }

    private static Samples transactions(
            String bootstrap, int warmup, int seconds, String topic, int partitions, int records) throws Exception {
        try (KafkaProducer<byte[], byte[]> producer = transactional(bootstrap, topic)) {
            producer.partitionsFor(topic);
            TransactionProbe probe = new TransactionProbe(warmup, seconds);
            Samples samples = new Samples();
            List<Future<RecordMetadata>> sent = new ArrayList<>(records);
            for (int next = 0; probe.goesOn(); ) {
                long since = System.nanoTime();
                producer.beginTransaction();
                sent.clear();
                for (int i = 0; i < records; i++) {
                    sent.add(producer.send(new ProducerRecord<>(topic, next++ % partitions, null, PAYLOAD)));
                }
                // Without it this client's sender can ask for the end before the records: it looks whether any are left, is
                // interrupted, and takes the end that was asked for meanwhile. Brokers then answer INVALID_TXN_STATE.
                producer.flush();
                producer.commitTransaction();
                probe.add(samples, since);
                for (Future<RecordMetadata> one : sent) one.get();
            }
            return samples;
        }
    }

    private static Samples process(String bootstrap, int warmup, int seconds, String in, String out) throws Exception {
        try (KafkaProducer<byte[], byte[]> source = new KafkaProducer<>(producerProperties(bootstrap));
                KafkaProducer<byte[], byte[]> producer = transactional(bootstrap, in);
                KafkaConsumer<byte[], byte[]> input = consumer(bootstrap, "read-process-write");
                KafkaConsumer<byte[], byte[]> output = consumer(bootstrap, "none")) {
            input.subscribe(List.of(in));
            while (input.assignment().isEmpty()) input.poll(Duration.ofMillis(10));
            output.assign(List.of(new TopicPartition(out, 0)));
            output.seekToBeginning(output.assignment());
            output.position(new TopicPartition(out, 0));
            TransactionProbe probe = new TransactionProbe(warmup, seconds);
            Samples samples = new Samples();
            while (probe.goesOn()) {
                long since = System.nanoTime();
                source.send(new ProducerRecord<>(in, 0, null, PAYLOAD)).get();
                ConsumerRecords<byte[], byte[]> read = input.poll(POLL_MAX);
                producer.beginTransaction();
                read.forEach(record -> producer.send(new ProducerRecord<>(out, 0, null, record.value())));
                producer.sendOffsetsToTransaction(read.nextOffsets(), input.groupMetadata());
                producer.commitTransaction();
                int count = output.poll(POLL_MAX).count();
                probe.add(samples, since);
                if (count != 1) throw new IllegalStateException("poll returned " + count + " records where 1 was committed");
            }
            return samples;
        }
    }

    private static Samples commits(
            String bootstrap, int warmup, int seconds, String topic, int partitions, int groups) throws Exception {
        List<KafkaConsumer<byte[], byte[]>> consumers = new ArrayList<>();
        for (int i = 0; i < groups; i++) {
            KafkaConsumer<byte[], byte[]> one = consumer(bootstrap, "group-" + i);
            one.commitSync(offsets(topic, partitions, 0));
            consumers.add(one);
        }
        TransactionProbe probe = new TransactionProbe(warmup, seconds);
        AtomicReference<Exception> failure = new AtomicReference<>();
        List<Samples> all = new ArrayList<>();
        List<Thread> threads = new ArrayList<>();
        for (KafkaConsumer<byte[], byte[]> one : consumers) {
            Samples samples = new Samples();
            all.add(samples);
            Thread thread = new Thread(() -> {
                try {
                    for (long offset = 1; probe.goesOn(); offset++) {
                        long since = System.nanoTime();
                        one.commitSync(offsets(topic, partitions, offset));
                        probe.add(samples, since);
                    }
                } catch (Exception error) {
                    failure.compareAndSet(null, error);
                }
            });
            threads.add(thread);
            thread.start();
        }
        for (Thread one : threads) one.join();
        if (failure.get() != null) throw new IllegalStateException("a commit was refused", failure.get());
        Samples sum = new Samples();
        all.forEach(sum::addAll);
        return sum;
    }

    private static Map<TopicPartition, OffsetAndMetadata> offsets(String topic, int partitions, long offset) {
        Map<TopicPartition, OffsetAndMetadata> offsets = new HashMap<>();
        for (int i = 0; i < partitions; i++) offsets.put(new TopicPartition(topic, i), new OffsetAndMetadata(offset));
        return offsets;
    }

    private boolean goesOn() {
        return System.nanoTime() < end;
    }

    private void add(Samples samples, long since) {
        long now = System.nanoTime();
        samples.total++;
        if (since >= measureFrom && now <= end) samples.add(now - since);
    }

    private static KafkaProducer<byte[], byte[]> transactional(String bootstrap, String id) {
        Properties properties = producerProperties(bootstrap);
        properties.put("transactional.id", id);
        KafkaProducer<byte[], byte[]> producer = new KafkaProducer<>(properties);
        producer.initTransactions();
        return producer;
    }

    private static Properties producerProperties(String bootstrap) {
        Properties properties = new Properties();
        properties.put("bootstrap.servers", bootstrap);
        properties.put("linger.ms", "0");
        properties.put("key.serializer", "org.apache.kafka.common.serialization.ByteArraySerializer");
        properties.put("value.serializer", "org.apache.kafka.common.serialization.ByteArraySerializer");
        return properties;
    }

    private static KafkaConsumer<byte[], byte[]> consumer(String bootstrap, String group) {
        Properties properties = new Properties();
        properties.put("bootstrap.servers", bootstrap);
        properties.put("group.id", group);
        properties.put("enable.auto.commit", "false");
        properties.put("auto.offset.reset", "earliest");
        properties.put("isolation.level", "read_committed");
        properties.put("key.deserializer", "org.apache.kafka.common.serialization.ByteArrayDeserializer");
        properties.put("value.deserializer", "org.apache.kafka.common.serialization.ByteArrayDeserializer");
        return new KafkaConsumer<>(properties);
    }

    /** Nanoseconds each, and how many there were with those of the warm-up. */
    private static final class Samples {
        private long[] nanos = new long[1 << 12];
        private int count;
        private long total;

        void add(long one) {
            if (count == nanos.length) nanos = Arrays.copyOf(nanos, count * 2);
            nanos[count++] = one;
        }

        void addAll(Samples other) {
            for (int i = 0; i < other.count; i++) add(other.nanos[i]);
            total += other.total;
        }

        void print(int seconds) {
            long[] sorted = Arrays.copyOf(nanos, count);
            Arrays.sort(sorted);
            System.out.printf(
                    Locale.ROOT,
                    "rate total=%d per_second=%.1f p50=%.3f p99=%.3f p99.9=%.3f max=%.3f%n",
                    total, (double) count / seconds, at(sorted, 0.5), at(sorted, 0.99), at(sorted, 0.999), at(sorted, 1));
        }

        private static double at(long[] sorted, double share) {
            return sorted[Math.min(sorted.length - 1, (int) (sorted.length * share))] / 1e6;
        }
    }
}
