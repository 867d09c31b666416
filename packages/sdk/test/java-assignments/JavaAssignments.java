// Writes what the assignors of Kafka's Java client make of seeded groups, for src/group/assignors/java-assignments.test.ts:
//   javac -cp kafka-clients.jar:slf4j-api.jar -d /tmp/out JavaAssignments.java
//   java -cp kafka-clients.jar:slf4j-api.jar:/tmp/out JavaAssignments > assignments.jsonl
import java.nio.ByteBuffer;
import java.util.*;
import java.util.stream.*;
import org.apache.kafka.clients.consumer.*;
import org.apache.kafka.clients.consumer.ConsumerPartitionAssignor.*;
import org.apache.kafka.clients.consumer.internals.ConsumerProtocol;
import org.apache.kafka.common.*;

public class JavaAssignments {
    static final Node NODE = new Node(0, "localhost", 9092);

    static Cluster cluster(Map<String, Integer> counts) {
        List<PartitionInfo> infos = new ArrayList<>();
        counts.forEach((topic, count) -> {
            for (int p = 0; p < count; p++) infos.add(new PartitionInfo(topic, p, NODE, new Node[] {NODE}, new Node[] {NODE}));
        });
        return new Cluster("c", List.of(NODE), infos, Set.of(), Set.of());
    }

    static String names(Collection<TopicPartition> partitions) {
        return partitions.stream().map(p -> "\"" + p.topic() + ":" + p.partition() + "\"").collect(Collectors.joining(",", "[", "]"));
    }

    static String hex(ByteBuffer buffer) {
        if (buffer == null) return "null";
        ByteBuffer copy = buffer.duplicate();
        StringBuilder text = new StringBuilder("\"");
        while (copy.hasRemaining()) text.append(String.format("%02x", copy.get()));
        return text.append('"').toString();
    }

    record Member(String id, String instance, List<String> topics) {}

    static final List<String> out = new ArrayList<>();

    /** One rebalance; returns what everybody got. */
    static Map<String, Assignment> round(AbstractPartitionAssignorSupplier kind, List<Member> members, Map<String, Integer> counts,
            Map<String, List<TopicPartition>> had, Map<String, Integer> generations, boolean owns) {
        ConsumerPartitionAssignor assignor = kind.make();
        Map<String, Subscription> subscriptions = new TreeMap<>();
        List<String> texts = new ArrayList<>();
        for (Member member : members) {
            ConsumerPartitionAssignor own = kind.make();
            List<TopicPartition> before = had.getOrDefault(member.id(), List.of());
            int generation = generations.getOrDefault(member.id(), -1);
            if (generation >= 0) own.onAssignment(new Assignment(before), new ConsumerGroupMetadata("g", generation, member.id(), Optional.empty()));
            ByteBuffer userData = own.subscriptionUserData(new TreeSet<>(member.topics()));
            Subscription said = new Subscription(member.topics(), userData, owns ? before : List.of(), generation, Optional.empty());
            ByteBuffer bytes = ConsumerProtocol.serializeSubscription(said);
            Subscription heard = ConsumerProtocol.deserializeSubscription(bytes.duplicate());
            if (member.instance() != null) heard.setGroupInstanceId(Optional.of(member.instance()));
            subscriptions.put(member.id(), heard);
            texts.add("{\"id\":\"" + member.id() + "\",\"instance\":" + (member.instance() == null ? "null" : "\"" + member.instance() + "\"")
                + ",\"topics\":" + member.topics().stream().map(t -> "\"" + t + "\"").collect(Collectors.joining(",", "[", "]"))
                + ",\"had\":" + names(before) + ",\"generation\":" + generation + ",\"userData\":" + hex(userData) + ",\"bytes\":" + hex(bytes) + "}");
        }
        Map<String, Assignment> result = assignor.assign(cluster(counts), new GroupSubscription(subscriptions)).groupAssignment();
        String given = result.entrySet().stream().sorted(Map.Entry.comparingByKey())
            .map(e -> "\"" + e.getKey() + "\":{\"partitions\":" + names(e.getValue().partitions()) + ",\"bytes\":" + hex(ConsumerProtocol.serializeAssignment(e.getValue())) + "}")
            .collect(Collectors.joining(",", "{", "}"));
        out.add("{\"assignor\":\"" + assignor.name() + "\",\"counts\":"
            + new TreeMap<>(counts).entrySet().stream().map(e -> "\"" + e.getKey() + "\":" + e.getValue()).collect(Collectors.joining(",", "{", "}"))
            + ",\"members\":" + texts.stream().collect(Collectors.joining(",", "[", "]")) + ",\"assigned\":" + given + "}");
        return result;
    }

    interface AbstractPartitionAssignorSupplier { ConsumerPartitionAssignor make(); }

    public static void main(String[] args) {
        Random random = new Random(20261123);
        List<AbstractPartitionAssignorSupplier> kinds =
            List.of(RangeAssignor::new, RoundRobinAssignor::new, StickyAssignor::new, CooperativeStickyAssignor::new);
        for (int kind = 0; kind < kinds.size(); kind++) {
            boolean sticky = kind >= 2;
            for (int group = 0; group < 4; group++) {
                Map<String, Integer> counts = new TreeMap<>();
                for (int t = 0; t < 1 + random.nextInt(3); t++) counts.put("t" + t, 1 + random.nextInt(6));
                List<Member> members = new ArrayList<>();
                Map<String, List<TopicPartition>> had = new HashMap<>();
                Map<String, Integer> generations = new HashMap<>();
                int next = 0;
                for (int generation = 1; generation <= (sticky ? 6 : 2); generation++) {
                    if (!members.isEmpty() && random.nextInt(3) == 0) {
                        Member gone = members.remove(random.nextInt(members.size()));
                        had.remove(gone.id());
                        generations.remove(gone.id());
                    } else {
                        for (int n = 0; n < 1 + random.nextInt(3); n++) {
                            List<String> topics = sticky ? new ArrayList<>(counts.keySet())
                                : counts.keySet().stream().filter(t -> random.nextInt(4) > 0).collect(Collectors.toList());
                            if (topics.isEmpty()) topics.add("t0");
                            String instance = !sticky && random.nextInt(3) == 0 ? "i" + (9 - next) : null;
                            members.add(new Member("m" + (char) ('a' + (next * 7) % 26) + next++, instance, topics));
                        }
                    }
                    if (random.nextInt(4) == 0) counts.merge("t0", 1, Integer::sum);
                    if (members.isEmpty()) continue;
                    Map<String, Assignment> result = round(kinds.get(kind), members, counts, had, generations, kind == 3);
                    for (Member member : members) {
                        had.put(member.id(), result.get(member.id()).partitions());
                        generations.put(member.id(), generation);
                    }
                }
            }
        }
        out.forEach(System.out::println);
    }
}
