import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.record.TimestampType;

final class ProduceCases {
    private static final int PARTITIONS = 3;

    private ProduceCases() {}

    static void addTo(LinkedHashMap<String, Harness.Body> cases) {
        cases.put("produce-acks-all", context -> spread(context, 24, "acks", "all"));
        cases.put("produce-acks-1", context -> spread(context, 24, "acks", "1", "enable.idempotence", false));
        cases.put("produce-acks-0", context -> spread(context, 24, "acks", "0", "enable.idempotence", false));
        for (String codec : List.of("gzip", "snappy", "lz4", "zstd")) {
            cases.put("codec-" + codec, context -> spread(context, 300, "compression.type", codec, "linger.ms", 20));
        }
        cases.put("headers", ProduceCases::headers);
        cases.put("null-and-empty", ProduceCases::nullAndEmpty);
        cases.put("timestamps", ProduceCases::timestamps);
        cases.put("idempotence", ProduceCases::idempotence);
        cases.put("large-message", ProduceCases::largeMessage);
        cases.put("many-topics", ProduceCases::manyTopics);
        cases.put("auto-create", ProduceCases::autoCreate);
        cases.put("interop", ProduceCases::interop);
    }

    private static String spread(Harness.Context context, int size, Object... settings) throws Exception {
        String topic = Clients.topic(context, PARTITIONS);
        List<String> values = Harness.numbered(600, size);
        List<ProducerRecord<byte[], byte[]>> records = IntStream.range(0, values.size())
            .mapToObj(index -> Clients.record(topic, index % PARTITIONS, "k" + index % PARTITIONS, values.get(index)))
            .toList();
        List<RecordMetadata> metadata = Clients.send(Clients.producer(context, settings), records);
        boolean answered = !List.of(settings).contains("0");
        for (int index = 0; index < metadata.size(); index += 1) {
            long expected = answered ? index / PARTITIONS : -1;
            Harness.equal(metadata.get(index).offset(), expected, "acknowledged offset of record " + index);
        }
        Clients.Member read = Clients.readAll(context, topic, PARTITIONS, values.size());
        for (int partition = 0; partition < PARTITIONS; partition += 1) {
            int own = partition;
            List<String> expected = IntStream.range(0, values.size()).filter(index -> index % PARTITIONS == own)
                .mapToObj(values::get).toList();
            Harness.equal(read.inOrder(partition, 0), expected, "values of partition " + partition);
        }
        for (ConsumerRecord<byte[], byte[]> one : read.received) {
            Harness.equal(Harness.text(one.key()), "k" + one.partition(), "key");
        }
        return null;
    }

    private static String headers(Harness.Context context) throws Exception {
        String topic = Clients.topic(context, 1);
        byte[] binary = Harness.noise(64);
        ProducerRecord<byte[], byte[]> record = Clients.record(topic, 0, null, "v");
        record.headers().add("b", Harness.bytes("two")).add("a", Harness.bytes("one")).add("a", Harness.bytes("more"))
            .add("empty", new byte[0]).add("null", null).add("binary", binary);
        Clients.send(Clients.producer(context), List.of(record, Clients.record(topic, 0, null, "none")));
        List<ConsumerRecord<byte[], byte[]>> read = Clients.readAll(context, topic, 1, 2).received;
        List<String> got = new ArrayList<>();
        for (Header header : read.get(0).headers()) {
            got.add(header.key() + "=" + (header.value() == null ? "null" : Harness.sha256(header.value())));
        }
        List<String> expected = new ArrayList<>();
        for (Header header : record.headers()) {
            expected.add(header.key() + "=" + (header.value() == null ? "null" : Harness.sha256(header.value())));
        }
        Harness.equal(got, expected, "headers");
        Harness.equal(read.get(1).headers().toArray().length, 0, "headers of a record without any");
        return null;
    }

    private static String nullAndEmpty(Harness.Context context) throws Exception {
        String topic = Clients.topic(context, 1);
        List<String> pairs = Arrays.asList(null, null, null, "", "", null, "", "", "k", "v");
        List<ProducerRecord<byte[], byte[]>> records = new ArrayList<>();
        for (int index = 0; index < pairs.size(); index += 2) {
            records.add(Clients.record(topic, 0, pairs.get(index), pairs.get(index + 1)));
        }
        Clients.send(Clients.producer(context), records);
        List<String> got = new ArrayList<>();
        for (ConsumerRecord<byte[], byte[]> one : Clients.readAll(context, topic, 1, 5).received) {
            got.add(Harness.text(one.key()));
            got.add(Harness.text(one.value()));
        }
        Harness.equal(got, pairs, "keys and values");
        return null;
    }

    private static String timestamps(Harness.Context context) throws Exception {
        String created = Clients.topic(context, "create", 1);
        String appended = Clients.topic(context, "append", 1, "message.timestamp.type", "LogAppendTime");
        KafkaProducer<byte[], byte[]> producer = Clients.producer(context, "linger.ms", 50);
        long old = System.currentTimeMillis() - 3_600_000;
        List<Long> times = List.of(old, old + 7, old + 3);
        long before = System.currentTimeMillis();
        List<RecordMetadata> answers = new ArrayList<>();
        for (String topic : List.of(created, appended)) {
            answers.addAll(Clients.send(producer, times.stream()
                .map(time -> new ProducerRecord<byte[], byte[]>(topic, 0, time, null, Harness.bytes("v"))).toList()));
        }
        long after = System.currentTimeMillis();
        List<ConsumerRecord<byte[], byte[]>> kept = Clients.readAll(context, created, 1, 3).received;
        Harness.equal(kept.stream().map(ConsumerRecord::timestamp).toList(), times, "create times");
        Harness.equal(kept.get(0).timestampType(), TimestampType.CREATE_TIME, "type");
        for (ConsumerRecord<byte[], byte[]> one : Clients.readAll(context, appended, 1, 3).received) {
            Harness.equal(one.timestampType(), TimestampType.LOG_APPEND_TIME, "type");
            Harness.check(one.timestamp() >= before && one.timestamp() <= after, "append time " + one.timestamp());
            Harness.equal(answers.get(3 + (int) one.offset()).timestamp(), one.timestamp(), "time in the answer");
        }
        return null;
    }

    private static String idempotence(Harness.Context context) throws Exception {
        String topic = Clients.topic(context, 1);
        KafkaProducer<byte[], byte[]> producer =
            Clients.producer(context, "batch.size", 400, "max.in.flight.requests.per.connection", 5);
        List<String> values = Harness.numbered(2_000);
        List<RecordMetadata> metadata =
            Clients.send(producer, values.stream().map(value -> Clients.record(topic, 0, null, value)).toList());
        for (int index = 0; index < metadata.size(); index += 1) {
            Harness.equal(metadata.get(index).offset(), (long) index, "acknowledged offset");
        }
        Harness.equal(Clients.readAll(context, topic, 1, values.size()).inOrder(0, 0), values, "values");
        return null;
    }

    private static String largeMessage(Harness.Context context) throws Exception {
        String topic = Clients.topic(context, "t", 1, "max.message.bytes", "6000000");
        KafkaProducer<byte[], byte[]> producer = Clients.producer(context, "batch.size", 100);
        byte[] big = Harness.noise(5_000_000);
        Clients.send(producer, List.of(Clients.record(topic, 0, null, "before"), new ProducerRecord<>(topic, 0, null, big)));
        Harness.rejectedWith(RecordTooLargeException.class, "7 MB", ignored -> {
            producer.send(new ProducerRecord<>(topic, 0, null, Harness.noise(7_000_000))).get();
            return null;
        });
        Clients.send(producer, List.of(Clients.record(topic, 0, null, "after")));
        List<String> digests = Clients.readAll(context, topic, 1, 3).received.stream()
            .map(one -> Harness.sha256(one.value())).toList();
        Harness.equal(
            digests,
            List.of(Harness.sha256(Harness.bytes("before")), Harness.sha256(big), Harness.sha256(Harness.bytes("after"))),
            "digests");
        return null;
    }

    private static String manyTopics(Harness.Context context) throws Exception {
        Admin admin = Clients.admin(context);
        List<String> topics = IntStream.range(0, 100).mapToObj(index -> context.name(String.format("%03d", index))).toList();
        admin.createTopics(topics.stream().map(topic -> new NewTopic(topic, 2, (short) 1)).toList()).all().get();
        List<ProducerRecord<byte[], byte[]>> records = new ArrayList<>();
        for (String topic : topics) {
            records.add(Clients.record(topic, 0, null, topic + "/0"));
            records.add(Clients.record(topic, 1, null, topic + "/1"));
        }
        Clients.send(Clients.producer(context), records);
        Clients.Member member = Clients.member(context, "group.id", context.name("group")).subscribe(topics);
        Harness.until("200 records", () -> {
            member.poll();
            return member.received.size() >= 200;
        });
        member.close();
        for (ConsumerRecord<byte[], byte[]> one : member.received) {
            Harness.equal(Harness.text(one.value()), one.topic() + "/" + one.partition(), "place");
            Harness.equal(one.offset(), 0L, "offset");
        }
        Harness.equal(Harness.sorted(member.values()),
            Harness.sorted(records.stream().map(one -> Harness.text(one.value())).toList()), "values");
        admin.deleteTopics(topics).all().get();
        Harness.until("all topics gone", () -> {
            try {
                return admin.listTopics().names().get().stream().noneMatch(topics::contains);
            } catch (Exception error) {
                throw new IllegalStateException(error);
            }
        });
        return null;
    }

    private static String autoCreate(Harness.Context context) throws Exception {
        String topic = context.name("t");
        Clients.send(Clients.producer(context), List.of(Clients.record(topic, null, null, "first")));
        Harness.equal(Clients.readAll(context, topic, 1, 1).inOrder(0, 0), List.of("first"), "values");
        return null;
    }

    private static String interop(Harness.Context context) throws Exception {
        for (String codec : List.of("none", "gzip", "snappy", "lz4", "zstd")) {
            List<ProducerRecord<byte[], byte[]>> records = new ArrayList<>();
            for (String number : Harness.numbered(10, 200)) {
                byte[] value = Harness.bytes("java|" + codec + "|" + number);
                ProducerRecord<byte[], byte[]> record = new ProducerRecord<>(Harness.INTEROP_TOPIC, value);
                record.headers().add("sha256", Harness.bytes(Harness.sha256(value)));
                records.add(record);
            }
            Clients.send(Clients.producer(context, "compression.type", codec, "linger.ms", 20), records);
        }
        int end = (int) Clients.offset(Clients.admin(context), Harness.INTEROP_TOPIC, 0, OffsetSpec.latest());
        Map<String, Integer> counts = new TreeMap<>();
        for (ConsumerRecord<byte[], byte[]> one : Clients.readAll(context, Harness.INTEROP_TOPIC, 1, end).received) {
            String digest = Harness.text(one.headers().lastHeader("sha256").value());
            Harness.equal(digest, Harness.sha256(one.value()), "digest at offset " + one.offset());
            counts.merge(Harness.text(one.value()).split("\\|")[0], 1, Integer::sum);
        }
        Harness.equal(counts.get("java"), 50, "own records");
        return "read " + counts;
    }
}
