import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.ConsumerGroupDescription;
import org.apache.kafka.clients.consumer.CooperativeStickyAssignor;
import org.apache.kafka.clients.consumer.SubscriptionPattern;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.GroupType;
import org.apache.kafka.common.errors.InvalidRegularExpression;

/** Groups whose assignments the broker computes (group.protocol=consumer, KIP-848). */
final class ConsumerGroupCases {
    private ConsumerGroupCases() {}

    static void addTo(LinkedHashMap<String, Harness.Body> cases) {
        cases.put("consumer-group", ConsumerGroupCases::joinLeave);
        cases.put("consumer-group-static", ConsumerGroupCases::staticMember);
        cases.put("consumer-group-pattern", ConsumerGroupCases::pattern);
        cases.put("consumer-group-migration", ConsumerGroupCases::migration);
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

    private static Clients.Member member(Harness.Context context, String group, Object... settings) {
        List<Object> all = new ArrayList<>(List.of("group.id", group, "group.protocol", "consumer"));
        all.addAll(List.of(settings));
        return Clients.member(context, all.toArray());
    }

    private static ConsumerGroupDescription described(Harness.Context context, String group) throws Exception {
        return Clients.admin(context).describeConsumerGroups(List.of(group)).all().get().get(group);
    }

    private static String joinLeave(Harness.Context context) throws Exception {
        String topic = Clients.topic(context, 4);
        String group = context.name("group");
        Clients.Member first = member(context, group).subscribe(List.of(topic));
        untilPolled("all with the first", () -> first.assigned.size() == 4, first);
        Clients.Member second = member(context, group, "group.remote.assignor", "range").subscribe(List.of(topic));
        untilPolled("two and two", () -> first.assigned.size() == 2 && second.assigned.size() == 2, first, second);
        Set<Integer> both = new TreeSet<>(first.assigned);
        both.addAll(second.assigned);
        Harness.equal(both, new TreeSet<>(Harness.range(4)), "partitions of both");
        Harness.equal(first.revocations, 2, "revoked partitions");
        ConsumerGroupDescription description = described(context, group);
        Harness.equal(description.type(), GroupType.CONSUMER, "type of the group");
        Harness.equal(description.members().size(), 2, "members");
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
        Harness.equal(first.lost + second.lost, 0, "lost partitions");
        return null;
    }

    private static String staticMember(Harness.Context context) throws Exception {
        String topic = Clients.topic(context, 4);
        String group = context.name("group");
        Clients.Member first = member(context, group, "group.instance.id", "one").subscribe(List.of(topic));
        Clients.Member second = member(context, group, "group.instance.id", "two").subscribe(List.of(topic));
        untilPolled("two and two", () -> first.assigned.size() == 2 && second.assigned.size() == 2, first, second);
        Set<Integer> held = new TreeSet<>(second.assigned);
        int assignments = first.assignments;
        int revocations = first.revocations;
        // A static member that closes leaves for a while.
        second.close();
        Clients.Member again = member(context, group, "group.instance.id", "two").subscribe(List.of(topic));
        untilPolled("the member is back", () -> again.assigned.size() == 2, first, again);
        Harness.equal(again.assigned, held, "partitions of the member that came back");
        Harness.equal(first.assignments, assignments, "assignments of the other member");
        Harness.equal(first.revocations, revocations, "revocations of the other member");
        return null;
    }

    private static String pattern(Harness.Context context) throws Exception {
        String wanted = Clients.topic(context, "wanted-a", 2);
        Clients.topic(context, "other", 2);
        String group = context.name("group");
        Clients.Member one = member(context, group);
        one.consumer.subscribe(new SubscriptionPattern(wanted.substring(0, wanted.length() - 1) + "[a-z]"), one);
        untilPolled("the topic that matches", () -> one.consumer.assignment().size() == 2, one);
        Clients.topic(context, "wanted-b", 3);
        untilPolled("the new topic as well", () -> one.consumer.assignment().size() == 5, one);
        Clients.Member bad = member(context, context.name("bad"));
        bad.consumer.subscribe(new SubscriptionPattern("(unclosed"), bad);
        Harness.until("the refusal", () -> {
            try {
                bad.consumer.poll(Duration.ofMillis(50));
                return false;
            } catch (InvalidRegularExpression refused) {
                return true;
            }
        });
        return null;
    }

    private static String migration(Harness.Context context) throws Exception {
        String topic = Clients.topic(context, 4);
        String group = context.name("group");
        Object[] classic = {
            "group.id", group, "partition.assignment.strategy", CooperativeStickyAssignor.class.getName()
        };
        Clients.Member old = Clients.member(context, classic).subscribe(List.of(topic));
        untilPolled("all with the classic member", () -> old.assigned.size() == 4, old);
        Harness.equal(described(context, group).type(), GroupType.CLASSIC, "type before");
        Clients.Member next = member(context, group).subscribe(List.of(topic));
        untilPolled("two and two", () -> old.assigned.size() == 2 && next.assigned.size() == 2, old, next);
        Harness.equal(described(context, group).type(), GroupType.CONSUMER, "type in between");
        Harness.equal(old.lost + next.lost, 0, "lost partitions");
        List<String> values = Harness.numbered(40);
        Clients.send(Clients.producer(context), IntStream.range(0, 40)
            .mapToObj(index -> Clients.record(topic, index % 4, null, values.get(index))).toList());
        untilPolled("40 records", () -> old.received.size() + next.received.size() >= 40, old, next);
        next.close();
        untilPolled("all with the classic member again", () -> old.assigned.size() == 4, old);
        Harness.equal(described(context, group).type(), GroupType.CLASSIC, "type at the end");
        List<String> seen = new ArrayList<>(old.values());
        seen.addAll(next.values());
        Harness.equal(Harness.sorted(seen), values, "values, each once");
        return null;
    }
}
