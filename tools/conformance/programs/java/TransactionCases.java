import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.AbortTransactionSpec;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListOffsetsOptions;
import org.apache.kafka.clients.admin.ListTransactionsOptions;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.ProducerState;
import org.apache.kafka.clients.admin.TransactionDescription;
import org.apache.kafka.clients.admin.TransactionListing;
import org.apache.kafka.clients.admin.TransactionState;
import org.apache.kafka.clients.consumer.CommitFailedException;
import org.apache.kafka.clients.consumer.ConsumerGroupMetadata;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InvalidProducerEpochException;
import org.apache.kafka.common.errors.ProducerFencedException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.TransactionalIdNotFoundException;

/** Transactions of the Java client: what other consumers see, who is refused, and what an administrator is told. */
final class TransactionCases {
    private TransactionCases() {}

    static void addTo(LinkedHashMap<String, Harness.Body> cases) {
        cases.put("txn-commit", TransactionCases::commit);
        cases.put("txn-abort", TransactionCases::abort);
        cases.put("txn-fencing", TransactionCases::fencing);
        cases.put("txn-timeout", TransactionCases::timeout);
        cases.put("txn-offsets", TransactionCases::offsets);
        cases.put("txn-group", TransactionCases::group);
        cases.put("txn-restart-kill", TransactionCases::restartKill);
        cases.put("txn-admin", TransactionCases::admin);
    }

    private static KafkaProducer<byte[], byte[]> transactional(Harness.Context context, String id, Object... settings) {
        List<Object> all = new ArrayList<>(List.of(settings));
        all.addAll(List.of("transactional.id", id));
        KafkaProducer<byte[], byte[]> producer = Clients.producer(context, all.toArray());
        producer.initTransactions();
        return producer;
    }

    private static List<ProducerRecord<byte[], byte[]>> records(String topic, int partition, String prefix, int count) {
        return IntStream.range(0, count).mapToObj(index -> Clients.record(topic, partition, null, prefix + index)).toList();
    }

    private static void sendAll(KafkaProducer<byte[], byte[]> producer, String topic, String prefix, int count) throws Exception {
        Clients.send(producer, records(topic, 0, prefix, count));
    }

    private static Clients.Member reader(Harness.Context context, String topic, int partitions, String isolation) {
        Clients.Member member = Clients.member(context, "isolation.level", isolation);
        List<TopicPartition> all = Harness.range(partitions).stream().map(index -> new TopicPartition(topic, index)).toList();
        member.consumer.assign(all);
        member.consumer.seekToBeginning(all);
        return member;
    }

    private static void untilRead(Clients.Member member, int count) throws InterruptedException {
        Harness.until(count + " records", () -> {
            member.poll();
            return member.received.size() >= count;
        });
    }

    /** Reads until nothing is left below the last stable offset (or the end, for one that reads everything). */
    private static void toTheEnd(Clients.Member member) throws InterruptedException {
        Map<TopicPartition, Long> ends = member.consumer.endOffsets(member.consumer.assignment());
        Harness.until("the end", () -> {
            member.poll();
            return ends.entrySet().stream().allMatch(end -> member.consumer.position(end.getKey()) >= end.getValue());
        });
    }

    private static long end(Admin admin, String topic, int partition, IsolationLevel level) throws Exception {
        TopicPartition key = new TopicPartition(topic, partition);
        return admin.listOffsets(Map.of(key, OffsetSpec.latest()), new ListOffsetsOptions(level)).partitionResult(key).get().offset();
    }

    private static void untilEnd(Admin admin, String topic, long offset) throws InterruptedException {
        Harness.until("the last stable offset " + offset, () -> {
            try {
                return end(admin, topic, 0, IsolationLevel.READ_COMMITTED) == offset;
            } catch (Exception error) {
                throw new IllegalStateException(error);
            }
        });
    }

    /** `offset:value` of one partition. */
    private static List<String> places(Clients.Member member, int partition) {
        return member.received.stream().filter(one -> one.partition() == partition)
            .map(one -> one.offset() + ":" + Harness.text(one.value())).toList();
    }

    private static List<String> placed(long first, String prefix, int count) {
        return IntStream.range(0, count).mapToObj(index -> (first + index) + ":" + prefix + index).toList();
    }

    private static List<String> joined(Collection<List<String>> parts) {
        return parts.stream().flatMap(List::stream).toList();
    }

    private static String commit(Harness.Context context) throws Exception {
        String topic = Clients.topic(context, 3);
        KafkaProducer<byte[], byte[]> producer = transactional(context, context.name("id"));
        Clients.Member committed = reader(context, topic, 3, "read_committed");
        Clients.Member all = reader(context, topic, 3, "read_uncommitted");
        producer.beginTransaction();
        for (int partition = 0; partition < 3; partition += 1) {
            Clients.send(producer, records(topic, partition, "a" + partition + "-", 100));
        }
        untilRead(all, 300);
        // A record outside of any transaction waits for the open one before it.
        sendAll(Clients.producer(context), topic, "plain", 1);
        untilRead(all, 301);
        Admin admin = Clients.admin(context);
        for (int partition = 0; partition < 3; partition += 1) {
            Harness.equal(end(admin, topic, partition, IsolationLevel.READ_COMMITTED), 0L, "last stable offset of " + partition);
        }
        committed.poll();
        committed.poll();
        Harness.equal(committed.values(), List.of(), "values before the commit");
        producer.commitTransaction();
        untilRead(committed, 301);
        producer.beginTransaction();
        Clients.send(producer, records(topic, 1, "b-", 10));
        producer.commitTransaction();
        untilRead(committed, 311);
        toTheEnd(committed);
        Harness.equal(places(committed, 0), joined(List.of(placed(0, "a0-", 100), List.of("100:plain0"))), "partition 0");
        // The end marker of the first transaction takes offset 100.
        Harness.equal(places(committed, 1), joined(List.of(placed(0, "a1-", 100), placed(101, "b-", 10))), "partition 1");
        Harness.equal(places(committed, 2), placed(0, "a2-", 100), "partition 2");
        Harness.equal(end(admin, topic, 0, IsolationLevel.READ_COMMITTED), 102L, "end of partition 0");
        Harness.equal(end(admin, topic, 1, IsolationLevel.READ_COMMITTED), 112L, "end of partition 1");
        return null;
    }

    /** Two producers take turns in one partition; the aborted records lie between the others. */
    private static String abort(Harness.Context context) throws Exception {
        String topic = Clients.topic(context, 1);
        KafkaProducer<byte[], byte[]> one = transactional(context, context.name("one"));
        KafkaProducer<byte[], byte[]> two = transactional(context, context.name("two"));
        one.beginTransaction();
        sendAll(one, topic, "a", 10);
        two.beginTransaction();
        sendAll(two, topic, "b", 10);
        one.abortTransaction();
        one.beginTransaction();
        sendAll(one, topic, "c", 10);
        two.commitTransaction();
        Clients.Member committed = reader(context, topic, 1, "read_committed");
        untilRead(committed, 10);
        Harness.equal(end(Clients.admin(context), topic, 0, IsolationLevel.READ_COMMITTED), 21L, "last stable offset");
        one.commitTransaction();
        two.beginTransaction();
        sendAll(two, topic, "d", 10);
        two.abortTransaction();
        // The answer to EndTxn may come before the markers.
        Admin admin = Clients.admin(context);
        untilEnd(admin, topic, 44);
        toTheEnd(committed);
        Harness.equal(places(committed, 0), joined(List.of(placed(10, "b", 10), placed(21, "c", 10))), "committed records");
        Harness.equal(committed.consumer.position(new TopicPartition(topic, 0)), 44L, "end, with four markers");
        Clients.Member all = reader(context, topic, 1, "read_uncommitted");
        untilRead(all, 40);
        Harness.equal(
            places(all, 0),
            joined(List.of(placed(0, "a", 10), placed(10, "b", 10), placed(21, "c", 10), placed(33, "d", 10))),
            "all records");
        Clients.Member later = reader(context, topic, 1, "read_committed");
        later.consumer.seek(new TopicPartition(topic, 0), 15);
        toTheEnd(later);
        Harness.equal(places(later, 0), places(committed, 0).subList(5, 20), "committed records from the middle");
        return null;
    }

    private static String fencing(Harness.Context context) throws Exception {
        String topic = Clients.topic(context, 1);
        String id = context.name("id");
        KafkaProducer<byte[], byte[]> zombie = transactional(context, id);
        zombie.beginTransaction();
        sendAll(zombie, topic, "zombie", 5);
        KafkaProducer<byte[], byte[]> next = transactional(context, id);
        next.beginTransaction();
        sendAll(next, topic, "next", 5);
        Throwable refused = Harness.rejection("a record of the zombie", ignored -> {
            zombie.send(records(topic, 0, "late", 1).get(0)).get();
            return null;
        });
        Harness.check(
            refused instanceof ProducerFencedException || refused instanceof InvalidProducerEpochException,
            "the zombie's record: " + refused);
        Harness.rejectedWith(KafkaException.class, "the zombie's commit", ignored -> {
            zombie.commitTransaction();
            return null;
        });
        next.commitTransaction();
        Clients.Member committed = reader(context, topic, 1, "read_committed");
        untilRead(committed, 5);
        toTheEnd(committed);
        // Five records and the marker that aborted them come first.
        Harness.equal(places(committed, 0), placed(6, "next", 5), "committed records");
        Clients.Member all = reader(context, topic, 1, "read_uncommitted");
        toTheEnd(all);
        Harness.equal(places(all, 0), joined(List.of(placed(0, "zombie", 5), placed(6, "next", 5))), "all records");
        return refused.getClass().getSimpleName();
    }

    private static String timeout(Harness.Context context) throws Exception {
        String topic = Clients.topic(context, 1);
        String id = context.name("id");
        KafkaProducer<byte[], byte[]> slow = transactional(context, id, "transaction.timeout.ms", 1_000);
        long since = System.nanoTime();
        slow.beginTransaction();
        sendAll(slow, topic, "slow", 5);
        sendAll(Clients.producer(context), topic, "plain", 1);
        Clients.Member committed = reader(context, topic, 1, "read_committed");
        untilRead(committed, 1);
        long took = (System.nanoTime() - since) / 1_000_000;
        Harness.check(took >= 1_000, "aborted after " + took + " ms, before its time");
        Throwable refused = Harness.rejection("the late commit", ignored -> {
            slow.commitTransaction();
            return null;
        });
        KafkaProducer<byte[], byte[]> next = transactional(context, id);
        next.beginTransaction();
        sendAll(next, topic, "next", 5);
        next.commitTransaction();
        untilRead(committed, 6);
        toTheEnd(committed);
        Harness.equal(places(committed, 0), joined(List.of(List.of("5:plain0"), placed(7, "next", 5))), "committed records");
        return "aborted after " + took + " ms, then " + refused.getClass().getSimpleName();
    }

    private static String offsets(Harness.Context context) throws Exception {
        String in = Clients.topic(context, "in", 1);
        String out = Clients.topic(context, "out", 1);
        List<String> values = Harness.numbered(20);
        Clients.sendValues(context, in, values);
        String group = context.name("group");
        TopicPartition partition = new TopicPartition(in, 0);
        Clients.Member member =
            Clients.member(context, "group.id", group, "enable.auto.commit", false).subscribe(List.of(in));
        untilRead(member, 20);
        Admin admin = Clients.admin(context);
        KafkaProducer<byte[], byte[]> producer = transactional(context, context.name("id"));
        producer.beginTransaction();
        sendAll(producer, out, "aborted", 3);
        producer.sendOffsetsToTransaction(Map.of(partition, new OffsetAndMetadata(7)), member.consumer.groupMetadata());
        Harness.equal(committedOffset(admin, group, partition), null, "offset while the transaction is open");
        // A consumer wants stable offsets, and waits for them.
        Harness.rejectedWith(TimeoutException.class, "the committed offset", ignored -> {
            member.consumer.committed(Set.of(partition), Duration.ofMillis(300));
            return null;
        });
        producer.abortTransaction();
        Harness.equal(stableOffset(member, partition), null, "offset after the abort");
        producer.beginTransaction();
        sendAll(producer, out, "done", 3);
        OffsetAndMetadata twelve = new OffsetAndMetadata(12, member.received.get(11).leaderEpoch(), "up to twelve, ünï");
        producer.sendOffsetsToTransaction(Map.of(partition, twelve), member.consumer.groupMetadata());
        producer.commitTransaction();
        Harness.equal(stableOffset(member, partition), twelve, "offset after the commit");
        Harness.equal(committedOffset(admin, group, partition), twelve, "offset that the admin is told");
        Clients.Member written = reader(context, out, 1, "read_committed");
        untilRead(written, 3);
        toTheEnd(written);
        Harness.equal(places(written, 0), placed(4, "done", 3), "records written with the offsets");
        member.close();
        Clients.Member next = Clients.member(context, "group.id", group).subscribe(List.of(in));
        untilRead(next, 8);
        Harness.equal(next.inOrder(0, 12), values.subList(12, 20), "values after the committed offset");
        return null;
    }

    private static OffsetAndMetadata stableOffset(Clients.Member member, TopicPartition partition) {
        return member.consumer.committed(Set.of(partition)).get(partition);
    }

    private static OffsetAndMetadata committedOffset(Admin admin, String group, TopicPartition partition) throws Exception {
        return admin.listConsumerGroupOffsets(group).partitionsToOffsetAndMetadata().get().get(partition);
    }

    /** What a member read before it lost a partition is not committed, and everything is processed once. */
    private static String group(Harness.Context context) throws Exception {
        String in = Clients.topic(context, "in", 4);
        String out = Clients.topic(context, "out", 1);
        List<String> values = Harness.numbered(200);
        Clients.send(Clients.producer(context), IntStream.range(0, 200)
            .mapToObj(index -> Clients.record(in, index % 4, null, values.get(index))).toList());
        Object[] settings = {"group.id", context.name("group"), "enable.auto.commit", false, "max.poll.records", 20};
        Clients.Member first = Clients.member(context, settings).subscribe(List.of(in));
        untilRead(first, 40);
        ConsumerGroupMetadata stale = first.consumer.groupMetadata();
        KafkaProducer<byte[], byte[]> producer = transactional(context, context.name("one"));
        producer.beginTransaction();
        for (ConsumerRecord<byte[], byte[]> one : first.received) {
            producer.send(new ProducerRecord<>(out, 0, null, one.value()));
        }
        Clients.Member second = Clients.member(context, settings).subscribe(List.of(in));
        Harness.until("two and two", () -> {
            first.poll();
            second.poll();
            return first.assigned.size() == 2 && second.assigned.size() == 2;
        });
        Harness.rejectedWith(CommitFailedException.class, "offsets of an earlier generation", ignored -> {
            producer.sendOffsetsToTransaction(positions(first), stale);
            producer.commitTransaction();
            return null;
        });
        producer.abortTransaction();
        toCommitted(first);
        toCommitted(second);
        KafkaProducer<byte[], byte[]> other = transactional(context, context.name("two"));
        int[] done = {0};
        Harness.until("200 records processed", () -> {
            done[0] += process(first, producer, out) + process(second, other, out);
            return done[0] >= 200;
        });
        Clients.Member written = reader(context, out, 1, "read_committed");
        untilRead(written, 200);
        toTheEnd(written);
        Harness.equal(Harness.sorted(written.values()), values, "output");
        return null;
    }

    private static Map<TopicPartition, OffsetAndMetadata> positions(Clients.Member member) {
        Map<TopicPartition, OffsetAndMetadata> positions = new HashMap<>();
        for (TopicPartition one : member.consumer.assignment()) {
            positions.put(one, new OffsetAndMetadata(member.consumer.position(one)));
        }
        return positions;
    }

    /** Forgets what was read and not committed. */
    private static void toCommitted(Clients.Member member) {
        member.received.clear();
        member.consumer.committed(member.consumer.assignment()).forEach(
            (partition, committed) -> member.consumer.seek(partition, committed == null ? 0 : committed.offset()));
    }

    private static int process(Clients.Member member, KafkaProducer<byte[], byte[]> producer, String out) {
        member.received.clear();
        member.poll();
        if (member.received.isEmpty()) {
            return 0;
        }
        producer.beginTransaction();
        for (ConsumerRecord<byte[], byte[]> one : member.received) {
            producer.send(new ProducerRecord<>(out, 0, null, one.value()));
        }
        producer.sendOffsetsToTransaction(positions(member), member.consumer.groupMetadata());
        producer.commitTransaction();
        return member.received.size();
    }

    /** One committed, one aborted, two open when the broker is killed; of these one commits and one aborts. */
    private static String restartKill(Harness.Context context) throws Exception {
        String topic = Clients.topic(context, 1);
        Object[] patient = {"delivery.timeout.ms", 60_000, "request.timeout.ms", 20_000, "max.block.ms", 60_000};
        KafkaProducer<byte[], byte[]> one = transactional(context, context.name("one"), patient);
        KafkaProducer<byte[], byte[]> two = transactional(context, context.name("two"), patient);
        one.beginTransaction();
        sendAll(one, topic, "a", 5);
        one.commitTransaction();
        two.beginTransaction();
        sendAll(two, topic, "b", 5);
        two.abortTransaction();
        one.beginTransaction();
        sendAll(one, topic, "c", 5);
        two.beginTransaction();
        sendAll(two, topic, "d", 5);
        context.restart("kill");
        Admin admin = Clients.admin(context);
        Harness.equal(end(admin, topic, 0, IsolationLevel.READ_COMMITTED), 12L, "last stable offset after the restart");
        sendAll(one, topic, "e", 5);
        two.abortTransaction();
        one.commitTransaction();
        one.beginTransaction();
        sendAll(one, topic, "f", 5);
        one.commitTransaction();
        Clients.Member committed = reader(context, topic, 1, "read_committed");
        untilRead(committed, 20);
        toTheEnd(committed);
        List<List<String>> expected =
            List.of(placed(0, "a", 5), placed(12, "c", 5), placed(22, "e", 5), placed(29, "f", 5));
        Harness.equal(places(committed, 0), joined(expected), "committed records");
        return null;
    }

    private static String admin(Harness.Context context) throws Exception {
        String topic = Clients.topic(context, 2);
        Admin admin = Clients.admin(context);
        String id = context.name("id");
        KafkaProducer<byte[], byte[]> producer = transactional(context, id, "transaction.timeout.ms", 45_000);
        producer.beginTransaction();
        sendAll(producer, topic, "first", 3);
        producer.commitTransaction();
        producer.beginTransaction();
        sendAll(producer, topic, "second", 3);
        TransactionDescription open = admin.describeTransactions(List.of(id)).description(id).get();
        Harness.equal(open.state(), TransactionState.ONGOING, "state");
        Harness.equal(open.topicPartitions(), Set.of(new TopicPartition(topic, 0)), "partitions");
        Harness.equal(open.transactionTimeoutMs(), 45_000L, "timeout");
        long age = System.currentTimeMillis() - open.transactionStartTimeMs().getAsLong();
        Harness.check(age >= 0 && age < 30_000, "started " + age + " ms ago");
        TransactionListing listed = new TransactionListing(id, open.producerId(), TransactionState.ONGOING);
        Harness.check(listing(admin, new ListTransactionsOptions()).contains(listed), "listed among all");
        ListTransactionsOptions ongoing = new ListTransactionsOptions().filterStates(Set.of(TransactionState.ONGOING));
        Harness.check(listing(admin, ongoing).contains(listed), "listed among the ongoing ones");
        ListTransactionsOptions own = new ListTransactionsOptions().filterProducerIds(Set.of(open.producerId()));
        Harness.equal(listing(admin, own), List.of(listed), "listed by producer id");
        ListTransactionsOptions old = new ListTransactionsOptions().filterOnDuration(3_600_000);
        Harness.check(!listing(admin, old).contains(listed), "not among those open for an hour");
        ListTransactionsOptions like = new ListTransactionsOptions().filterOnTransactionalIdPattern(".*txn-admin-id");
        Harness.check(listing(admin, like).contains(listed), "listed by the pattern of its id");
        ProducerState state = producers(admin, topic, 0).get(0);
        Harness.equal(state.producerId(), open.producerId(), "producer of the partition");
        Harness.equal(state.currentTransactionStartOffset().getAsLong(), 4L, "first offset of the open transaction");
        Harness.equal(state.lastSequence(), 2, "last sequence");
        Harness.equal(producers(admin, topic, 1), List.of(), "producers of the other partition");
        Harness.rejectedWith(TransactionalIdNotFoundException.class, "an unknown id", ignored -> {
            admin.describeTransactions(List.of(id + "-none")).description(id + "-none").get();
            return null;
        });
        // What kafka-transactions does to a hanging transaction: a marker in one partition, whatever the coordinator has.
        admin.abortTransaction(new AbortTransactionSpec(
            new TopicPartition(topic, 0), state.producerId(), (short) state.producerEpoch(),
            state.coordinatorEpoch().orElse(0))).all().get();
        Harness.check(
            producers(admin, topic, 0).get(0).currentTransactionStartOffset().isEmpty(), "no open transaction any more");
        admin.fenceProducers(List.of(id)).all().get();
        Harness.equal(admin.describeTransactions(List.of(id)).description(id).get().state(), TransactionState.EMPTY, "state");
        Harness.rejection("a commit after the fence", ignored -> {
            producer.commitTransaction();
            return null;
        });
        Clients.Member committed = reader(context, topic, 1, "read_committed");
        untilRead(committed, 3);
        toTheEnd(committed);
        Harness.equal(places(committed, 0), placed(0, "first", 3), "committed records");
        return null;
    }

    private static List<TransactionListing> listing(Admin admin, ListTransactionsOptions options) throws Exception {
        return List.copyOf(admin.listTransactions(options).all().get());
    }

    private static List<ProducerState> producers(Admin admin, String topic, int partition) throws Exception {
        TopicPartition key = new TopicPartition(topic, partition);
        return admin.describeProducers(List.of(key)).partitionResult(key).get()
            .activeProducers();
    }
}
