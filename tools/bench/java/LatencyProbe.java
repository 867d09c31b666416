/*
 * Latencies in microseconds, where Kafka's own tools print whole milliseconds: at a few thousand records per second a
 * broker answers in less than one. Same client, same settings as the tools.
 *
 *   produce BOOTSTRAP TOPIC WARMUP RECORDS SIZE RATE        as ProducerPerformance with linger.ms=0: send to callback
 *   turns   BOOTSTRAP TOPIC WARMUP RECORDS SIZE RATE TURN   the same in turns of so many records; "turn N" when one begins, and in
 *                                                           the end a line for the even turns and one for the odd ones
 *   e2e     BOOTSTRAP TOPIC WARMUP RECORDS SIZE             as EndToEndLatency with acks=all: one record at a time, send to poll
 */
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Properties;
import java.util.Random;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.function.IntConsumer;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;

public final class LatencyProbe {
    /** This part of each turn, its first, is not counted: whoever was told of it has to set to work, or to stop. */
    private static final int TURN_HEAD_PART = 10;
    private static final Duration POLL_MAX = Duration.ofSeconds(60);

    public static void main(String[] args) throws Exception {
        String bootstrap = args[1];
        String topic = args[2];
        int warmup = Integer.parseInt(args[3]);
        int records = Integer.parseInt(args[4]);
        byte[] payload = new byte[Integer.parseInt(args[5])];
        Random random = new Random(0);
        for (int i = 0; i < payload.length; i++) payload[i] = (byte) (random.nextInt(26) + 'A');
        long[] nanos = new long[warmup + records];
        try (KafkaProducer<byte[], byte[]> producer = new KafkaProducer<>(producerProperties(bootstrap))) {
            switch (args[0]) {
                case "produce" -> produce(producer, topic, payload, Integer.parseInt(args[6]), nanos, i -> {});
                case "turns" -> {
                    int turn = Integer.parseInt(args[7]);
                    produce(producer, topic, payload, Integer.parseInt(args[6]), nanos, i -> sayTurn(i - warmup, turn));
                }
                default -> endToEnd(producer, bootstrap, topic, payload, nanos);
            }
        }
        long[] counted = Arrays.copyOfRange(nanos, warmup, nanos.length);
        if (args[0].equals("turns")) {
            int turn = Integer.parseInt(args[7]);
            print(ofTurns(counted, turn, 0));
            print(ofTurns(counted, turn, 1));
        } else {
            print(counted);
        }
    }

    private static void sayTurn(int index, int turn) {
        if (index >= 0 && index % turn == 0) System.out.println("turn " + index / turn);
    }

    private static long[] ofTurns(long[] nanos, int turn, int kind) {
        return IntStream.range(0, nanos.length)
                .filter(i -> i / turn % 2 == kind && i % turn >= turn / TURN_HEAD_PART)
                .mapToLong(i -> nanos[i])
                .toArray();
    }

    private static void produce(KafkaProducer<byte[], byte[]> producer, String topic, byte[] payload, int rate, long[] nanos, IntConsumer onRecord) {
        AtomicReference<Exception> failure = new AtomicReference<>();
        producer.partitionsFor(topic);
        long start = System.nanoTime();
        for (int i = 0; i < nanos.length; i++) {
            long due = start + i * 1_000_000_000L / rate;
            for (long wait = due - System.nanoTime(); wait > 0; wait = due - System.nanoTime()) LockSupport.parkNanos(wait);
            onRecord.accept(i);
            int index = i;
            long sent = System.nanoTime();
            producer.send(new ProducerRecord<>(topic, payload), (metadata, exception) -> {
                nanos[index] = System.nanoTime() - sent;
                if (exception != null) failure.compareAndSet(null, exception);
            });
        }
        producer.flush();
        if (failure.get() != null) throw new IllegalStateException("a record was refused", failure.get());
    }

    private static void endToEnd(
            KafkaProducer<byte[], byte[]> producer, String bootstrap, String topic, byte[] payload, long[] nanos) throws Exception {
        Properties properties = new Properties();
        properties.put("bootstrap.servers", bootstrap);
        properties.put("group.id", "latency-probe-" + System.currentTimeMillis());
        properties.put("enable.auto.commit", "false");
        properties.put("auto.offset.reset", "latest");
        properties.put("fetch.max.wait.ms", "0");
        properties.put("key.deserializer", "org.apache.kafka.common.serialization.ByteArrayDeserializer");
        properties.put("value.deserializer", "org.apache.kafka.common.serialization.ByteArrayDeserializer");
        try (KafkaConsumer<byte[], byte[]> consumer = new KafkaConsumer<>(properties)) {
            List<TopicPartition> partitions = List.of(new TopicPartition(topic, 0));
            consumer.assign(partitions);
            consumer.seekToEnd(partitions);
            consumer.position(partitions.get(0));
            for (int i = 0; i < nanos.length; i++) {
                long sent = System.nanoTime();
                producer.send(new ProducerRecord<>(topic, 0, null, payload)).get();
                int count = consumer.poll(POLL_MAX).count();
                nanos[i] = System.nanoTime() - sent;
                if (count != 1) throw new IllegalStateException("poll returned " + count + " records where 1 was sent");
            }
        }
    }

    private static Properties producerProperties(String bootstrap) {
        Properties properties = new Properties();
        properties.put("bootstrap.servers", bootstrap);
        properties.put("linger.ms", "0");
        properties.put("key.serializer", "org.apache.kafka.common.serialization.ByteArraySerializer");
        properties.put("value.serializer", "org.apache.kafka.common.serialization.ByteArraySerializer");
        return properties;
    }

    private static void print(long[] nanos) {
        Arrays.sort(nanos);
        System.out.printf(
                Locale.ROOT,
                "latency records=%d p50=%.3f p99=%.3f p99.9=%.3f max=%.3f%n",
                nanos.length, at(nanos, 0.5), at(nanos, 0.99), at(nanos, 0.999), at(nanos, 1));
    }

    private static double at(long[] sorted, double share) {
        return sorted[Math.min(sorted.length - 1, (int) (sorted.length * share))] / 1e6;
    }
}
