import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Random;
import java.util.TreeMap;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InvalidProducerEpochException;
import org.apache.kafka.common.errors.ProducerFencedException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;

/**
 * The twin of the kafkajs worker for Java's client: reads the input topic in a group, writes a record for each record, and
 * commits the group's offsets in the same transaction under the group's metadata (KIP-447). One transactional id for each
 * worker: whoever is started in its place fences it. A fifth of the transactions abort and are done again.
 */
public final class SoakWorker {
  private static final int COMMITS_MAX = 3;
  private final ObjectMapper json = new ObjectMapper();
  private final JsonNode settings;
  private final FileOutputStream history;
  private final String by;
  private final String input;
  private final String output;
  private final Random random;
  private int transactions;

  private SoakWorker(String text) throws IOException {
    settings = json.readTree(text);
    by = settings.get("by").asText();
    input = settings.get("input").asText();
    output = settings.get("output").asText();
    random = new Random(settings.get("seed").asLong());
    history = new FileOutputStream(settings.get("history").asText(), true);
  }

  public static void main(String[] args) throws Exception {
    Thread watch = new Thread(SoakWorker::endWithRunner);
    watch.setDaemon(true);
    watch.start();
    SoakWorker worker = new SoakWorker(System.getenv("SOAK"));
    while (true) {
      try {
        worker.work();
      } catch (ProducerFencedException | InvalidProducerEpochException error) {
        // Another process has this worker's place.
        System.err.println(worker.by + " is fenced: " + error);
        System.exit(0);
      } catch (KafkaException | IllegalStateException error) {
        System.err.println(worker.by + " begins anew: " + error);
        Thread.sleep(50);
      }
    }
  }

  /** Stdin ends when the runner is gone, however it went. */
  private static void endWithRunner() {
    try {
      while (System.in.read() >= 0) continue;
    } catch (IOException error) {
      System.err.println(error);
    }
    Runtime.getRuntime().halt(1);
  }

  private void work() throws IOException, InterruptedException {
    try (KafkaProducer<String, String> producer = new KafkaProducer<>(producerSettings());
        KafkaConsumer<String, String> consumer = new KafkaConsumer<>(consumerSettings())) {
      producer.initTransactions();
      consumer.subscribe(List.of(input), new ConsumerRebalanceListener() {
        @Override
        public void onPartitionsRevoked(Collection<TopicPartition> partitions) {}

        @Override
        public void onPartitionsAssigned(Collection<TopicPartition> partitions) {
          for (TopicPartition partition : partitions) recordPosition(partition);
        }
      });
      while (true) {
        ConsumerRecords<String, String> records = consumer.poll(Duration.ofMillis(100));
        if (!records.isEmpty()) process(producer, consumer, records);
      }
    }
  }

  private void process(
      KafkaProducer<String, String> producer,
      KafkaConsumer<String, String> consumer,
      ConsumerRecords<String, String> records) throws IOException, InterruptedException {
    String name = by + "-" + (transactions += 1);
    Map<TopicPartition, OffsetAndMetadata> offsets = new HashMap<>();
    for (TopicPartition partition : records.partitions()) {
      List<ConsumerRecord<String, String>> own = records.records(partition);
      recordPoll(partition, own);
      offsets.put(partition, new OffsetAndMetadata(own.get(own.size() - 1).offset() + 1, name));
    }
    producer.beginTransaction();
    try {
      send(producer, records, name);
      rest(150);
      for (Map.Entry<TopicPartition, OffsetAndMetadata> one : offsets.entrySet()) {
        ObjectNode event = event("offset", one.getKey()).put("transaction", name);
        write(event.put("group", settings.get("group").asText()).put("offset", one.getValue().offset()));
      }
      producer.sendOffsetsToTransaction(offsets, consumer.groupMetadata());
      rest(150);
    } catch (ProducerFencedException | InvalidProducerEpochException error) {
      throw error;
    } catch (KafkaException error) {
      System.err.println(name + " is aborted: " + error);
      abort(producer, consumer, records, name);
      return;
    }
    if (random.nextDouble() < settings.get("abortShare").asDouble()) abort(producer, consumer, records, name);
    else commit(producer, name);
  }

  private void send(KafkaProducer<String, String> producer, ConsumerRecords<String, String> records, String name)
      throws IOException {
    Map<Integer, ArrayNode> names = new TreeMap<>();
    List<ProducerRecord<String, String>> out = new ArrayList<>();
    int partitions = settings.get("partitions").asInt();
    for (ConsumerRecord<String, String> record : records) {
      String own = record.value().split("\t", 2)[0];
      int colon = own.lastIndexOf(':');
      int sequence = Integer.parseInt(own.substring(colon + 1));
      int partition = (record.partition() + sequence) % partitions;
      names.computeIfAbsent(partition, (ignored) -> json.createArrayNode()).add(own);
      String value = own + "\t" + name + "\t" + "abcdefgh".repeat((int) (sequence * 7919L % 23));
      out.add(new ProducerRecord<>(output, partition, own.substring(0, colon), value));
    }
    for (Map.Entry<Integer, ArrayNode> one : names.entrySet()) {
      ObjectNode event = event("send", new TopicPartition(output, one.getKey())).put("transaction", name);
      event.set("records", one.getValue());
      write(event);
    }
    for (ProducerRecord<String, String> record : out) producer.send(record);
    if (random.nextBoolean()) producer.flush();
  }

  /** An answer that does not come is asked for again, as the client allows; after that nobody here knows. */
  private void commit(KafkaProducer<String, String> producer, String name) throws IOException {
    write(said("end").put("transaction", name).put("outcome", "commit"));
    try {
      for (int attempt = 1;; attempt += 1) {
        try {
          producer.commitTransaction();
          break;
        } catch (TimeoutException error) {
          if (attempt == COMMITS_MAX) throw error;
        }
      }
    } catch (KafkaException error) {
      write(said("ended").put("transaction", name).put("result", "unknown"));
      throw error;
    }
    write(said("ended").put("transaction", name).put("result", "committed"));
  }

  private void abort(
      KafkaProducer<String, String> producer,
      KafkaConsumer<String, String> consumer,
      ConsumerRecords<String, String> records,
      String name) throws IOException {
    write(said("end").put("transaction", name).put("outcome", "abort"));
    producer.abortTransaction();
    write(said("ended").put("transaction", name).put("result", "aborted"));
    for (TopicPartition partition : records.partitions()) {
      if (!consumer.assignment().contains(partition)) continue;
      recordPosition(partition);
      consumer.seek(partition, records.records(partition).get(0).offset());
    }
  }

  private void rest(int msMax) throws InterruptedException {
    if (random.nextDouble() < 0.2) Thread.sleep(random.nextInt(msMax));
  }

  private void recordPoll(TopicPartition partition, List<ConsumerRecord<String, String>> records) throws IOException {
    ObjectNode event = event("poll", partition).put("consumer", by).put("isolation", "read_committed");
    ArrayNode polled = event.putArray("records");
    for (ConsumerRecord<String, String> record : records) {
      String[] fields = record.value().split("\t", 3);
      polled.addArray().add(record.offset()).add(fields[0]).add(fields[1]);
    }
    write(event);
  }

  private void recordPosition(TopicPartition partition) {
    try {
      write(event("position", partition).put("consumer", by));
    } catch (IOException error) {
      throw new IllegalStateException(error);
    }
  }

  private ObjectNode event(String type, TopicPartition place) {
    return said(type).put("topic", place.topic()).put("partition", place.partition());
  }

  private ObjectNode said(String type) {
    return json.createObjectNode().put("at", System.currentTimeMillis()).put("by", by).put("type", type);
  }

  /** One write for a line, which a kill cannot take back. */
  private void write(ObjectNode event) throws IOException {
    history.write((json.writeValueAsString(event) + "\n").getBytes(StandardCharsets.UTF_8));
  }

  private Properties producerSettings() {
    Properties all = common();
    all.put("transactional.id", settings.get("transactionalId").asText());
    all.put("transaction.timeout.ms", settings.get("transactionTimeoutMs").asText());
    all.put("delivery.timeout.ms", "6000");
    all.put("max.block.ms", "6000");
    all.put("key.serializer", StringSerializer.class.getName());
    all.put("value.serializer", StringSerializer.class.getName());
    return all;
  }

  private Properties consumerSettings() {
    Properties all = common();
    int sessionMs = settings.get("sessionTimeoutMs").asInt();
    all.put("group.id", settings.get("group").asText());
    all.put("isolation.level", "read_committed");
    all.put("enable.auto.commit", "false");
    all.put("auto.offset.reset", "earliest");
    all.put("max.poll.records", "40");
    all.put("session.timeout.ms", Integer.toString(sessionMs));
    all.put("heartbeat.interval.ms", Integer.toString(sessionMs / 5));
    all.put("fetch.max.wait.ms", "100");
    all.put("default.api.timeout.ms", "6000");
    all.put("key.deserializer", StringDeserializer.class.getName());
    all.put("value.deserializer", StringDeserializer.class.getName());
    return all;
  }

  private Properties common() {
    Properties all = new Properties();
    all.put("bootstrap.servers", settings.get("bootstrap").asText());
    all.put("client.id", by);
    all.put("request.timeout.ms", "3000");
    all.put("reconnect.backoff.ms", "20");
    all.put("reconnect.backoff.max.ms", "200");
    all.put("retry.backoff.ms", "20");
    all.put("retry.backoff.max.ms", "200");
    return all;
  }
}
