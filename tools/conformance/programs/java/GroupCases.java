import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.CooperativeStickyAssignor;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.consumer.OffsetAndTimestamp;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;

final class GroupCases {
    private GroupCases() {}

    static void addTo(LinkedHashMap<String, Harness.Body> cases) {
        cases.put("commit-offsets", GroupCases::commitOffsets);
        cases.put("seek-offset", GroupCases::seekOffset);
        cases.put("seek-timestamp", GroupCases::seekTimestamp);
        cases.put("group-join-leave", GroupCases::joinLeave);
        cases.put("group-crash", GroupCases::crash);
        cases.put("group-cooperative", GroupCases::cooperative);
        cases.put("group-static", GroupCases::staticMember);
    }

    private static void untilPolled(String what, java.util.function.BooleanSupplier condition, Clients.Member... members)
        throws InterruptedException {
        Harness.until(what, () -> {
            for (Clients.Member one : members) {
                one.poll();
            }
            return condition.getAsBoolean();
        });
    }

    private static String commitOffsets(Harness.Context context) throws Exception {
        String topic = Clients.topic(context, 1);
        List<String> values = Harness.numbered(20);
        Clients.sendValues(context, topic, values);
        String group = context.name("group");
        TopicPartition partition = new TopicPartition(topic, 0);
        Clients.Member first =
            Clients.member(context, "group.id", group, "enable.auto.commit", false).subscribe(List.of(topic));
        untilPolled("20 records", () -> first.received.size() >= 20, first);
        OffsetAndMetadata committed =
            new OffsetAndMetadata(12, first.received.get(11).leaderEpoch(), "up to twelve, ünï");
        first.consumer.commitSync(Map.of(partition, committed));
        first.close();
        Map<TopicPartition, OffsetAndMetadata> fetched =
            Clients.admin(context).listConsumerGroupOffsets(group).partitionsToOffsetAndMetadata().get();
        Harness.equal(fetched, Map.of(partition, committed), "fetched offsets");
        Clients.Member second = Clients.member(context, "group.id", group).subscribe(List.of(topic));
        untilPolled("8 records", () -> second.received.size() >= 8, second);
        Harness.equal(second.inOrder(0, 12), values.subList(12, 20), "values after the committed offset");
        return null;
    }

    private static String seekOffset(Harness.Context context) throws Exception {
        String topic = Clients.topic(context, 1);
        List<String> values = Harness.numbered(50);
        Clients.sendValues(context, topic, values);
        TopicPartition partition = new TopicPartition(topic, 0);
        Clients.Member member = Clients.member(context, "group.id", context.name("group"));
        member.consumer.assign(List.of(partition));
        for (int offset : new int[] {37, 3, 49, 0}) {
            member.received.clear();
            member.consumer.seek(partition, offset);
            untilPolled("the rest from " + offset, () -> member.received.size() >= 50 - offset, member);
            Harness.equal(member.inOrder(0, offset), values.subList(offset, 50), "values from " + offset);
        }
        member.received.clear();
        member.consumer.seek(partition, 500);
        untilPolled("the reset to the beginning", () -> member.received.size() >= 50, member);
        Harness.equal(member.inOrder(0, 0), values, "values after the reset");
        member.consumer.seekToEnd(List.of(partition));
        Harness.equal(member.consumer.position(partition), 50L, "position at the end");
        return null;
    }

    private static String seekTimestamp(Harness.Context context) throws Exception {
        String topic = Clients.topic(context, 1);
        long start = System.currentTimeMillis() - 100_000;
        KafkaProducer<byte[], byte[]> producer = Clients.producer(context);
        for (int batch = 0; batch < 5; batch += 1) {
            List<ProducerRecord<byte[], byte[]>> records = new ArrayList<>();
            for (int index = batch * 10; index < batch * 10 + 10; index += 1) {
                records.add(new ProducerRecord<>(topic, 0, start + index * 100L, null, Harness.bytes("v" + index)));
            }
            Clients.send(producer, records);
        }
        TopicPartition partition = new TopicPartition(topic, 0);
        KafkaConsumer<byte[], byte[]> consumer = Clients.member(context).consumer;
        long[][] expected = {{0, 0, 0}, {1_701, 18, 1_800}, {1_800, 18, 1_800}, {4_900, 49, 4_900}};
        for (long[] one : expected) {
            OffsetAndTimestamp found = consumer.offsetsForTimes(Map.of(partition, start + one[0])).get(partition);
            Harness.equal(found.offset(), one[1], "offset at +" + one[0]);
            Harness.equal(found.timestamp(), start + one[2], "timestamp at +" + one[0]);
        }
        Harness.equal(consumer.offsetsForTimes(Map.of(partition, start + 50_000)).get(partition), null, "after the last");
        return null;
    }

    private static String joinLeave(Harness.Context context) throws Exception {
        String topic = Clients.topic(context, 4);
        String group = context.name("group");
        Clients.Member first = Clients.member(context, "group.id", group).subscribe(List.of(topic));
        untilPolled("all with the first", () -> first.assigned.size() == 4, first);
        Clients.Member second = Clients.member(context, "group.id", group).subscribe(List.of(topic));
        untilPolled("two and two", () -> first.assigned.size() == 2 && second.assigned.size() == 2, first, second);
        Set<Integer> both = new TreeSet<>(first.assigned);
        both.addAll(second.assigned);
        Harness.equal(both, new TreeSet<>(Harness.range(4)), "partitions of both");
        List<String> values = Harness.numbered(400);
        List<ProducerRecord<byte[], byte[]>> records = IntStream.range(0, 400)
            .mapToObj(index -> Clients.record(topic, index % 4, null, values.get(index))).toList();
        KafkaProducer<byte[], byte[]> producer = Clients.producer(context);
        Clients.send(producer, records.subList(0, 200));
        untilPolled("200 records", () -> first.received.size() + second.received.size() >= 200, first, second);
        Harness.check(!first.received.isEmpty() && !second.received.isEmpty(), "both received records");
        second.close();
        untilPolled("all back with the first", () -> first.assigned.size() == 4, first);
        Clients.send(producer, records.subList(200, 400));
        untilPolled("400 records", () -> first.received.size() + second.received.size() >= 400, first);
        List<String> seen = new ArrayList<>(first.values());
        seen.addAll(second.values());
        Harness.equal(Harness.sorted(seen), values, "values, each once");
        return null;
    }

    /** The second member is a JVM of its own that is killed. */
    private static String crash(Harness.Context context) throws Exception {
        String topic = Clients.topic(context, 4);
        String group = context.name("group");
        Process doomed = new ProcessBuilder(
            "java", "-Xshare:auto", "-XX:TieredStopAtLevel=1", "-cp", System.getProperty("java.class.path"), "Main", "member", group, topic)
            .redirectError(ProcessBuilder.Redirect.INHERIT).start();
        context.using(() -> doomed.destroyForcibly());
        BufferedReader lines = new BufferedReader(new InputStreamReader(doomed.getInputStream(), StandardCharsets.UTF_8));
        String line = lines.readLine();
        while (line != null && !line.equals("joined")) {
            line = lines.readLine();
        }
        Harness.equal(line, "joined", "first line of the second member");
        Clients.Member first =
            Clients.member(context, "group.id", group, "session.timeout.ms", 6_000).subscribe(List.of(topic));
        untilPolled("two partitions", () -> first.assigned.size() == 2, first);
        long since = System.nanoTime();
        doomed.destroyForcibly().waitFor();
        untilPolled("all after the crash", () -> first.assigned.size() == 4, first);
        long took = (System.nanoTime() - since) / 1_000_000;
        Harness.check(took > 3_000, "taken over after " + took + " ms, before the session could end");
        List<String> values = Harness.numbered(40);
        Clients.send(Clients.producer(context), IntStream.range(0, 40)
            .mapToObj(index -> Clients.record(topic, index % 4, null, values.get(index))).toList());
        untilPolled("40 records", () -> first.received.size() >= 40, first);
        Harness.equal(Harness.sorted(first.values()), values, "values");
        return "taken over after " + took + " ms";
    }

    private static String cooperative(Harness.Context context) throws Exception {
        String topic = Clients.topic(context, 4);
        String group = context.name("group");
        String assignor = CooperativeStickyAssignor.class.getName();
        Clients.Member first = Clients.member(context, "group.id", group, "partition.assignment.strategy", assignor)
            .subscribe(List.of(topic));
        untilPolled("all with the first", () -> first.assigned.size() == 4, first);
        Clients.Member second = Clients.member(context, "group.id", group, "partition.assignment.strategy", assignor)
            .subscribe(List.of(topic));
        Set<Integer> everHeld = new HashSet<>(first.assigned);
        untilPolled("two and two", () -> {
            everHeld.retainAll(first.assigned);
            return first.assigned.size() == 2 && second.assigned.size() == 2;
        }, first, second);
        Harness.equal(everHeld.size(), 2, "partitions that the first member held all the time");
        Harness.equal(first.revocations, 2, "revoked partitions");
        Harness.equal(first.lost + second.lost, 0, "lost partitions");
        second.close();
        untilPolled("all back", () -> first.assigned.size() == 4, first);
        Harness.equal(first.revocations, 2, "revoked partitions at the end");
        return null;
    }

    private static String staticMember(Harness.Context context) throws Exception {
        String topic = Clients.topic(context, 4);
        String group = context.name("group");
        Object[] common = {"group.id", group, "session.timeout.ms", 30_000, "group.instance.id"};
        Clients.Member first = Clients.member(context, with(common, "one")).subscribe(List.of(topic));
        Clients.Member second = Clients.member(context, with(common, "two")).subscribe(List.of(topic));
        untilPolled("two and two", () -> first.assigned.size() == 2 && second.assigned.size() == 2, first, second);
        int generation = first.consumer.groupMetadata().generationId();
        Set<Integer> held = new TreeSet<>(second.assigned);
        int assignments = first.assignments;
        // A static member that closes does not leave the group.
        second.close();
        Clients.Member again = Clients.member(context, with(common, "two")).subscribe(List.of(topic));
        untilPolled("the member is back", () -> again.assigned.size() == 2, first, again);
        Harness.equal(again.assigned, held, "partitions of the member that came back");
        Harness.equal(again.consumer.groupMetadata().generationId(), generation, "generation");
        Harness.equal(first.assignments, assignments, "assignments of the other member");
        Harness.equal(first.revocations, first.assignments == 1 ? 0 : 4, "revocations of the other member");
        return null;
    }

    private static Object[] with(Object[] settings, Object last) {
        List<Object> all = new ArrayList<>(List.of(settings));
        all.add(last);
        return all.toArray();
    }

    /** The member that another process kills. */
    static void beMember(String group, String topic) throws Exception {
        Clients.Member member = new Clients.Member("group.id", group, "session.timeout.ms", 6_000);
        member.subscribe(List.of(topic));
        untilPolled("an assignment", () -> !member.assigned.isEmpty(), member);
        System.out.println("joined");
        System.out.flush();
        Thread parentGone = new Thread(() -> {
            try {
                while (System.in.read() >= 0) {
                    continue;
                }
            } catch (java.io.IOException error) {
                error.printStackTrace();
            }
            Runtime.getRuntime().halt(0);
        });
        parentGone.setDaemon(true);
        parentGone.start();
        while (true) {
            Collection<ConsumerRecord<byte[], byte[]>> ignored = new ArrayList<>();
            member.consumer.poll(Duration.ofMillis(100)).forEach(ignored::add);
        }
    }
}
