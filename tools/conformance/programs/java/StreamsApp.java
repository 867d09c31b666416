import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Properties;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.errors.StreamsUncaughtExceptionHandler.StreamThreadExceptionResponse;
import org.apache.kafka.streams.kstream.Consumed;
import org.apache.kafka.streams.kstream.Grouped;
import org.apache.kafka.streams.kstream.JoinWindows;
import org.apache.kafka.streams.kstream.KStream;
import org.apache.kafka.streams.kstream.KTable;
import org.apache.kafka.streams.kstream.Materialized;
import org.apache.kafka.streams.kstream.Produced;
import org.apache.kafka.streams.kstream.StreamJoined;
import org.apache.kafka.streams.kstream.Suppressed;
import org.apache.kafka.streams.kstream.TimeWindows;
import org.apache.kafka.streams.kstream.Windowed;
import org.apache.kafka.streams.processor.StateRestoreListener;
import org.apache.kafka.streams.state.WindowStore;

/** A Kafka Streams application with exactly_once_v2, a process of its own that the case kills; its stdout says what it did. */
final class StreamsApp {
    static final Duration WINDOW = Duration.ofSeconds(10);
    static final Duration GRACE = Duration.ofSeconds(5);
    static final Duration JOIN_WITHIN = Duration.ofSeconds(2);

    private StreamsApp() {}

    /** Runs until it is killed or its parent is gone. */
    static void run(String topology, String prefix, Path stateDir) throws IOException {
        StreamsBuilder builder = new StreamsBuilder();
        switch (topology) {
            case "words" -> countWords(builder, prefix);
            case "windows" -> sumInWindows(builder, prefix);
            case "join" -> join(builder, prefix);
            default -> throw new IllegalArgumentException("no topology " + topology);
        }
        KafkaStreams streams = new KafkaStreams(builder.build(), settings(topology, prefix, stateDir));
        streams.setGlobalStateRestoreListener(new RestoreLines());
        streams.setStateListener((now, before) -> say("state " + now));
        streams.setUncaughtExceptionHandler(error -> {
            error.printStackTrace();
            say("died " + error);
            return StreamThreadExceptionResponse.SHUTDOWN_CLIENT;
        });
        streams.start();
        while (System.in.read() >= 0) {
            continue;
        }
        Runtime.getRuntime().halt(0);
    }

    private static synchronized void say(String line) {
        System.out.println(line.replaceAll("\\s+", " "));
        System.out.flush();
    }

    private static Properties settings(String topology, String prefix, Path stateDir) {
        Properties settings = new Properties();
        settings.put("application.id", prefix + "-app");
        if (topology.equals("windows")) {
            settings.put("group.instance.id", "only");
        }
        settings.put("bootstrap.servers", Harness.BOOTSTRAP);
        settings.put("processing.guarantee", "exactly_once_v2");
        settings.put("state.dir", stateDir.toString());
        // Long enough to be killed within a transaction, as soon as its first records can be seen.
        settings.put("commit.interval.ms", 1_000);
        // Without a cache every update is written, so that the output can be compared record by record.
        settings.put("statestore.cache.max.bytes", 0);
        settings.put("default.key.serde", Serdes.StringSerde.class);
        settings.put("default.value.serde", Serdes.StringSerde.class);
        settings.put("session.timeout.ms", 6_000);
        settings.put("heartbeat.interval.ms", 300);
        settings.put("reconnect.backoff.max.ms", 300);
        settings.put("producer.transaction.timeout.ms", 5_000);
        return settings;
    }

    /** PREFIX-in has lines; PREFIX-out gets each word with its count so far. Has a repartition topic and a key-value store. */
    private static void countWords(StreamsBuilder builder, String prefix) {
        builder.<String, String>stream(prefix + "-in")
            .flatMapValues(line -> List.of(line.split(" ")))
            .groupBy((key, word) -> word, Grouped.as("by-word"))
            .count(Materialized.as("counts"))
            .toStream()
            .mapValues(String::valueOf)
            .to(prefix + "-out");
    }

    /** PREFIX-in has numbers; PREFIX-out gets each sum so far of a key and window, PREFIX-final the last one when it closes. */
    private static void sumInWindows(StreamsBuilder builder, String prefix) {
        KTable<Windowed<String>, Long> sums = builder.<String, String>stream(prefix + "-in")
            .groupByKey()
            .windowedBy(TimeWindows.ofSizeAndGrace(WINDOW, GRACE))
            .aggregate(
                () -> 0L,
                (key, value, sum) -> sum + Long.parseLong(value),
                Materialized.<String, Long, WindowStore<Bytes, byte[]>>as("sums")
                    .withKeySerde(Serdes.String()).withValueSerde(Serdes.Long()));
        write(sums.toStream(), prefix + "-out");
        write(sums.suppress(Suppressed.untilWindowCloses(Suppressed.BufferConfig.unbounded())).toStream(), prefix + "-final");
    }

    private static void write(KStream<Windowed<String>, Long> sums, String topic) {
        sums.map((window, sum) -> KeyValue.pair(window.key() + "@" + window.window().start(), sum.toString()))
            .to(topic, Produced.with(Serdes.String(), Serdes.String()));
    }

    /** PREFIX-left and PREFIX-right; PREFIX-out gets each pair of the same key that is close in time. */
    private static void join(StreamsBuilder builder, String prefix) {
        KStream<String, String> left = builder.stream(prefix + "-left", Consumed.with(Serdes.String(), Serdes.String()));
        KStream<String, String> right = builder.stream(prefix + "-right", Consumed.with(Serdes.String(), Serdes.String()));
        left.join(
            right,
            (one, other) -> one + "+" + other,
            JoinWindows.ofTimeDifferenceAndGrace(JOIN_WITHIN, Duration.ofHours(1)),
            StreamJoined.<String, String, String>with(Serdes.String(), Serdes.String(), Serdes.String()).withStoreName("pairs"))
            .to(prefix + "-out");
    }

    private static final class RestoreLines implements StateRestoreListener {
        @Override
        public void onRestoreStart(TopicPartition partition, String store, long start, long end) {
            say("restoring " + store + " " + partition + " " + start + " " + end);
        }

        @Override
        public void onBatchRestored(TopicPartition partition, String store, long end, long count) {}

        @Override
        public void onRestoreEnd(TopicPartition partition, String store, long total) {
            say("restored " + store + " " + total);
        }
    }
}
