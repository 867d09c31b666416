import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.utils.AppInfoParser;

/**
 * The producer of a chaos run: idempotent, five requests in flight, keyed sequence numbers, through every restart of the
 * broker. What was acknowledged is printed (see src/chaos/client-process.ts). It ends when its stdin says `stop`.
 */
final class Chaos {
    private static final int OUTSTANDING_MAX = 1_000;
    private static final int STEP_MS = 10;

    private Chaos() {}

    private static synchronized void say(Object... fields) {
        StringBuilder line = new StringBuilder("@@ ");
        for (int index = 0; index < fields.length; index += 1) {
            line.append(index == 0 ? "" : "\t").append(String.valueOf(fields[index]).replaceAll("\\s+", " "));
        }
        System.out.println(line);
    }

    private static int number(String name) {
        return Integer.parseInt(System.getenv(name));
    }

    static void produce() throws Exception {
        say("version", AppInfoParser.getVersion());
        String[] topics = System.getenv("CHAOS_TOPICS").split(",");
        int keys = number("CHAOS_KEYS");
        int perStep = Math.max(1, number("CHAOS_RECORDS_PER_S") * STEP_MS / 1_000);
        int partitions = number("CHAOS_PARTITIONS");
        AtomicBoolean stop = new AtomicBoolean();
        Thread listener = new Thread(() -> untilTold(stop));
        listener.setDaemon(true);
        listener.start();
        AtomicInteger outstanding = new AtomicInteger();
        try (KafkaProducer<byte[], byte[]> producer = new KafkaProducer<>(settings(), new ByteArraySerializer(), new ByteArraySerializer())) {
            for (long index = 0; !stop.get(); index += 1) {
                if (index % perStep == 0) {
                    Thread.sleep(STEP_MS);
                }
                while (outstanding.get() > OUTSTANDING_MAX && !stop.get()) {
                    Thread.sleep(STEP_MS);
                }
                int place = (int) (index % ((long) keys * topics.length));
                send(producer, outstanding, topics[place % topics.length], place / topics.length, partitions,
                    index / ((long) keys * topics.length));
            }
            producer.flush();
        }
        say("end");
    }

    private static void send(
        KafkaProducer<byte[], byte[]> producer, AtomicInteger outstanding, String topic, int keyIndex, int partitions, long sequence
    ) {
        String key = "java-" + keyIndex;
        int partition = keyIndex % partitions;
        outstanding.incrementAndGet();
        producer.send(new ProducerRecord<>(topic, partition, bytes(key), value(sequence)), (metadata, error) -> {
            outstanding.decrementAndGet();
            if (error == null) {
                say("ack", topic, partition, metadata.offset(), key, sequence);
            } else {
                say("fail", topic, partition, key, sequence, error);
            }
        });
    }

    private static Map<String, Object> settings() {
        Map<String, Object> config = new HashMap<>();
        config.put("bootstrap.servers", System.getenv("CHAOS_BOOTSTRAP"));
        config.put("client.id", "chaos-java");
        config.put("enable.idempotence", true);
        config.put("acks", "all");
        config.put("max.in.flight.requests.per.connection", 5);
        config.put("linger.ms", 0);
        config.put("batch.size", 2_000);
        config.put("retry.backoff.ms", 20);
        config.put("retry.backoff.max.ms", 200);
        config.put("reconnect.backoff.ms", 20);
        config.put("reconnect.backoff.max.ms", 200);
        // A record is given up by nobody, however long the broker is away.
        config.put("max.block.ms", 600_000);
        config.put("delivery.timeout.ms", 600_000);
        return config;
    }

    /** The sequence number and up to 600 bytes more, so that batches are of many sizes. */
    private static byte[] value(long sequence) {
        return bytes(sequence + ":" + "abcdefgh".repeat((int) (sequence * 7_919 % 75)));
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static void untilTold(AtomicBoolean stop) {
        try (BufferedReader reader = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
            String line = reader.readLine();
            while (line != null && !line.equals("stop")) {
                line = reader.readLine();
            }
        } catch (java.io.IOException error) {
            error.printStackTrace();
        }
        stop.set(true);
    }
}
