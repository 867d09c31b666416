import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.CooperativeStickyAssignor;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.utils.AppInfoParser;

/**
 * A member of the groups run: says what it is assigned, gives up and reads, until its stdin says `stop` (see
 * src/groups/group-messages.ts).
 */
final class GroupMember {
    private GroupMember() {}

    private static void say(Object... fields) {
        StringBuilder line = new StringBuilder("@@ ");
        for (int index = 0; index < fields.length; index += 1) {
            line.append(index == 0 ? "" : "\t").append(fields[index]);
        }
        System.out.println(line);
    }

    private static void sayPartitions(String kind, Collection<TopicPartition> partitions) {
        if (!partitions.isEmpty()) {
            say(kind, System.currentTimeMillis(),
                partitions.stream().map(one -> String.valueOf(one.partition())).collect(Collectors.joining(",")));
        }
    }

    private static int number(String name) {
        return Integer.parseInt(System.getenv(name));
    }

    static void run() throws Exception {
        say("version", AppInfoParser.getVersion());
        AtomicBoolean stop = new AtomicBoolean();
        Thread listener = new Thread(() -> untilTold(stop));
        listener.setDaemon(true);
        listener.start();
        try (KafkaConsumer<byte[], byte[]> consumer =
            new KafkaConsumer<>(settings(), new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
            consumer.subscribe(List.of(System.getenv("GROUPS_TOPIC")), new Teller());
            while (!stop.get()) {
                for (ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ofMillis(50))) {
                    say("got", System.currentTimeMillis(), record.partition(), record.offset());
                }
            }
        }
        say("end");
    }

    private static Map<String, Object> settings() {
        Map<String, Object> settings = new HashMap<>();
        settings.put("bootstrap.servers", System.getenv("GROUPS_BOOTSTRAP"));
        settings.put("client.id", "groups-java");
        settings.put("group.id", System.getenv("GROUPS_GROUP"));
        settings.put("group.protocol", "classic");
        settings.put("partition.assignment.strategy", CooperativeStickyAssignor.class.getName());
        settings.put("session.timeout.ms", number("GROUPS_SESSION_MS"));
        settings.put("heartbeat.interval.ms", number("GROUPS_HEARTBEAT_MS"));
        settings.put("max.poll.interval.ms", number("GROUPS_REBALANCE_MS"));
        settings.put("auto.offset.reset", "earliest");
        settings.put("auto.commit.interval.ms", 500);
        settings.put("fetch.max.wait.ms", 100);
        settings.put("reconnect.backoff.max.ms", 200);
        return settings;
    }

    private static void untilTold(AtomicBoolean stop) {
        try (BufferedReader lines = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
            for (String line = lines.readLine(); line != null && !line.equals("stop"); line = lines.readLine()) {
                // Nothing else is said.
            }
        } catch (java.io.IOException error) {
            System.err.println(error);
        }
        stop.set(true);
    }

    private static final class Teller implements ConsumerRebalanceListener {
        @Override
        public void onPartitionsAssigned(Collection<TopicPartition> partitions) {
            sayPartitions("assigned", partitions);
        }

        @Override
        public void onPartitionsRevoked(Collection<TopicPartition> partitions) {
            sayPartitions("revoked", partitions);
        }

        @Override
        public void onPartitionsLost(Collection<TopicPartition> partitions) {
            sayPartitions("lost", partitions);
        }
    }
}
