import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;

/**
 * Kafka Streams applications with exactly_once_v2 that are killed in the middle and started again: what a read_committed
 * consumer finds in the end is what a model of the topology says, record by record.
 */
final class StreamsCases {
    private static final int PARTITIONS = 2;
    private static final int LINES = 1_200;
    private static final int NUMBERS = 1_600;
    private static final int PAIRS = 600;

    private StreamsCases() {}

    static void addTo(LinkedHashMap<String, Harness.Body> cases) {
        cases.put("streams-word-count", StreamsCases::wordCount);
        cases.put("streams-windows", StreamsCases::windows);
        cases.put("streams-join", StreamsCases::join);
    }

    /** The application's process and the lines that it printed. */
    private static final class App implements AutoCloseable {
        private final Process process;
        private final List<String> lines = Collections.synchronizedList(new ArrayList<>());

        App(Harness.Context context, String topology, String prefix, Path dir) throws IOException {
            // RocksDB unpacks its library into the temporary folder and a killed process does not remove it.
            Path temporary = Files.createDirectories(dir.resolve("tmp"));
            process = new ProcessBuilder(
                "java", "-Xshare:auto", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xmx256m",
                "-Djava.io.tmpdir=" + temporary, "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn",
                "-cp", System.getProperty("java.class.path"),
                "Main", "streams", topology, prefix, dir.resolve("state").toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT).start();
            context.using(this);
            Thread reader = new Thread(() -> {
                BufferedReader from = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
                from.lines().forEach(lines::add);
            });
            reader.setDaemon(true);
            reader.start();
        }

        List<String> said(String beginning) {
            synchronized (lines) {
                return lines.stream().filter(line -> line.startsWith(beginning)).toList();
            }
        }

        /** Records that came out of the changelog of a store. */
        long restored(String store) {
            return said("restored ").stream().filter(line -> line.contains(store))
                .mapToLong(line -> Long.parseLong(line.substring(line.lastIndexOf(' ') + 1))).sum();
        }

        void kill() throws InterruptedException {
            process.destroyForcibly().waitFor();
        }

        @Override
        public void close() throws InterruptedException {
            kill();
        }
    }

    private static Clients.Member committed(Harness.Context context, String topic) {
        return reader(context, topic, "read_committed");
    }

    private static Clients.Member uncommitted(Harness.Context context, String topic) {
        return reader(context, topic, "read_uncommitted");
    }

    private static Clients.Member reader(Harness.Context context, String topic, String isolation) {
        Clients.Member member = Clients.member(context, "isolation.level", isolation);
        List<TopicPartition> all = Harness.range(PARTITIONS).stream().map(index -> new TopicPartition(topic, index)).toList();
        member.consumer.assign(all);
        member.consumer.seekToBeginning(all);
        return member;
    }

    private static void untilRead(Clients.Member output, int count, App app) throws InterruptedException {
        Harness.until(count + " records of the output", () -> {
            output.poll();
            List<String> died = app.said("died ");
            Harness.check(died.isEmpty(), "the application: " + died);
            return output.received.size() >= count;
        });
    }

    /** Kills the application when it has written more than the `count` records that it committed: within a transaction. */
    private static void killWithin(App app, Clients.Member all, int count) throws InterruptedException {
        untilRead(all, count + 1, app);
        app.kill();
    }

    /** How many records the killed transactions left in the log; without any, the kill would have shown nothing. */
    private static int aborted(Clients.Member all, Clients.Member committed) throws InterruptedException {
        toTheEnd(all);
        int left = all.received.size() - committed.received.size();
        Harness.check(left > 0, "the application was killed within a transaction");
        return left;
    }

    /** Reads up to the end, or the last stable offset, so that a record too many is seen as well. */
    private static void toTheEnd(Clients.Member output) throws InterruptedException {
        Map<TopicPartition, Long> ends = output.consumer.endOffsets(output.consumer.assignment());
        Harness.until("the end of the output", () -> {
            output.poll();
            return ends.entrySet().stream().allMatch(end -> output.consumer.position(end.getKey()) >= end.getValue());
        });
    }

    private static Map<String, List<String>> byKey(Clients.Member output) {
        Map<String, List<String>> values = new TreeMap<>();
        for (ConsumerRecord<byte[], byte[]> one : output.received) {
            values.computeIfAbsent(Harness.text(one.key()), key -> new ArrayList<>()).add(Harness.text(one.value()));
        }
        return values;
    }

    private static Path workDir(Harness.Context context) throws IOException {
        Path dir = Files.createTempDirectory("conformance-streams-");
        context.using(() -> delete(dir));
        return dir;
    }

    private static void delete(Path dir) {
        try (Stream<Path> all = Files.walk(dir)) {
            for (Path one : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(one);
            }
        } catch (IOException error) {
            throw new UncheckedIOException(error);
        }
    }

    /** Some records, kill -9 while it works on more, the same state folder again: the counts go on where they were committed. */
    private static String wordCount(Harness.Context context) throws Exception {
        String prefix = prefixOf(Clients.topic(context, "words-in", PARTITIONS));
        Clients.topic(context, "words-out", PARTITIONS);
        List<String> lines = IntStream.range(0, LINES)
            .mapToObj(index -> "all w" + index % 7 + " w" + index % 11 + " v" + index % 13).toList();
        Map<String, List<String>> expected = new TreeMap<>();
        for (String line : lines) {
            for (String word : line.split(" ")) {
                List<String> counts = expected.computeIfAbsent(word, key -> new ArrayList<>());
                counts.add(String.valueOf(counts.size() + 1));
            }
        }
        Path dir = workDir(context);
        App first = new App(context, "words", prefix, dir);
        KafkaProducer<byte[], byte[]> producer = Clients.producer(context);
        List<ProducerRecord<byte[], byte[]>> records = IntStream.range(0, LINES)
            .mapToObj(index -> Clients.record(prefix + "-in", index % PARTITIONS, null, lines.get(index))).toList();
        Clients.Member output = committed(context, prefix + "-out");
        Clients.Member all = uncommitted(context, prefix + "-out");
        Clients.send(producer, records.subList(0, LINES / 2));
        untilRead(output, LINES * 2, first);
        Clients.send(producer, records.subList(LINES / 2, LINES));
        killWithin(first, all, LINES * 2);
        App second = new App(context, "words", prefix, dir);
        untilRead(output, LINES * 4, second);
        toTheEnd(output);
        Harness.equal(byKey(output), expected, "counts of each word in the order of the output");
        Harness.check(second.restored("counts") > 0, "the counts were restored: " + second.said("restor"));
        return second.restored("counts") + " records restored, " + aborted(all, output) + " aborted";
    }

    /** A static member, which needs no session to end. */
    private static String windows(Harness.Context context) throws Exception {
        String prefix = prefixOf(Clients.topic(context, "windows-in", PARTITIONS));
        Clients.topic(context, "windows-out", PARTITIONS);
        Clients.topic(context, "windows-final", PARTITIONS);
        long start = (System.currentTimeMillis() / 1_000_000) * 1_000_000 - 1_000_000;
        Map<String, List<String>> expected = new TreeMap<>();
        List<ProducerRecord<byte[], byte[]>> records = new ArrayList<>();
        for (int index = 0; index < NUMBERS; index += 1) {
            int partition = index % PARTITIONS;
            String key = "k" + partition + index / PARTITIONS % 3;
            // Every seventh is out of order, but within the grace period.
            long time = start + index * 100L - (index % 7 == 6 ? 3_000 : 0);
            records.add(new ProducerRecord<>(
                prefix + "-in", partition, time, Harness.bytes(key), Harness.bytes(String.valueOf(index))));
            long window = Math.floorDiv(time, StreamsApp.WINDOW.toMillis()) * StreamsApp.WINDOW.toMillis();
            List<String> sums = expected.computeIfAbsent(key + "@" + window, name -> new ArrayList<>());
            long before = sums.isEmpty() ? 0 : Long.parseLong(sums.get(sums.size() - 1));
            sums.add(String.valueOf(before + index));
        }
        Map<String, List<String>> closed = new TreeMap<>();
        expected.forEach((window, sums) -> closed.put(window, List.of(sums.get(sums.size() - 1))));
        Path dir = workDir(context);
        App app = new App(context, "windows", prefix, dir);
        KafkaProducer<byte[], byte[]> producer = Clients.producer(context);
        Clients.Member output = committed(context, prefix + "-out");
        Clients.Member all = uncommitted(context, prefix + "-out");
        Clients.send(producer, records.subList(0, NUMBERS / 2));
        untilRead(output, NUMBERS / 2, app);
        Clients.send(producer, records.subList(NUMBERS / 2, NUMBERS));
        killWithin(app, all, NUMBERS / 2);
        app = new App(context, "windows", prefix, dir);
        untilRead(output, NUMBERS, app);
        long restored = app.restored("sums");
        Harness.check(restored > 0, "the sums were restored: " + app.said("restor"));
        // One record far ahead closes the windows of its partition, and stays in a window of its own.
        long later = start + 900_000;
        for (int partition = 0; partition < PARTITIONS; partition += 1) {
            String key = "later" + partition;
            Clients.send(producer, List.of(new ProducerRecord<>(
                prefix + "-in", partition, later, Harness.bytes(key), Harness.bytes("1"))));
            expected.put(key + "@" + later, List.of("1"));
        }
        Clients.Member last = committed(context, prefix + "-final");
        untilRead(last, closed.size(), app);
        untilRead(output, NUMBERS + PARTITIONS, app);
        toTheEnd(output);
        toTheEnd(last);
        Harness.equal(byKey(output), expected, "sums of each window in the order of the output");
        Harness.equal(byKey(last), closed, "last sums of closed windows");
        return closed.size() + " windows, " + restored + " records restored, " + aborted(all, output) + " aborted";
    }

    /** The state folder goes with the killed process: nobody fences its open transaction, which times out at the broker. */
    private static String join(Harness.Context context) throws Exception {
        String prefix = prefixOf(Clients.topic(context, "join-left", PARTITIONS));
        Clients.topic(context, "join-right", PARTITIONS);
        Clients.topic(context, "join-out", PARTITIONS);
        long start = System.currentTimeMillis() - 1_000_000;
        List<ProducerRecord<byte[], byte[]>> records = new ArrayList<>();
        List<String> expected = new ArrayList<>();
        for (int index = 0; index < PAIRS; index += 1) {
            String key = "k" + index % 10;
            int partition = index % PARTITIONS;
            long time = start + index * 100L;
            records.add(new ProducerRecord<>(prefix + "-left", partition, time, Harness.bytes(key), Harness.bytes("l" + index)));
            records.add(new ProducerRecord<>(prefix + "-right", partition, time, Harness.bytes(key), Harness.bytes("r" + index)));
            // The same key comes every second: it meets the two before it, itself, and the two after it.
            for (int other = index - 20; other <= index + 20; other += 10) {
                if (other >= 0 && other < PAIRS) {
                    expected.add("l" + index + "+r" + other);
                }
            }
        }
        Path lost = workDir(context);
        App first = new App(context, "join", prefix, lost);
        KafkaProducer<byte[], byte[]> producer = Clients.producer(context);
        Clients.Member output = committed(context, prefix + "-out");
        Clients.Member all = uncommitted(context, prefix + "-out");
        Clients.send(producer, records.subList(0, PAIRS));
        int half = (int) expected.stream().filter(pair -> inFirstHalf(pair)).count();
        untilRead(output, half, first);
        Clients.send(producer, records.subList(PAIRS, PAIRS * 2));
        killWithin(first, all, half);
        App second = new App(context, "join", prefix, workDir(context));
        untilRead(output, expected.size(), second);
        toTheEnd(output);
        Harness.equal(Harness.sorted(output.values()), Harness.sorted(expected), "pairs, each once");
        Harness.check(second.restored("pairs") > 0, "the pairs were restored: " + second.said("restor"));
        return second.restored("pairs") + " records restored, " + aborted(all, output) + " aborted";
    }

    private static boolean inFirstHalf(String pair) {
        return Stream.of(pair.split("\\+")).allMatch(one -> Integer.parseInt(one.substring(1)) < PAIRS / 2);
    }

    private static String prefixOf(String topic) {
        return topic.substring(0, topic.lastIndexOf('-'));
    }
}
