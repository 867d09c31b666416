import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.record.TimestampType;
import org.apache.kafka.connect.data.Schema;
import org.apache.kafka.connect.data.SchemaAndValue;
import org.apache.kafka.connect.data.Values;
import org.apache.kafka.connect.header.Header;
import org.apache.kafka.connect.json.JsonConverter;
import org.apache.kafka.connect.sink.SinkRecord;
import org.apache.kafka.connect.storage.Converter;
import org.apache.kafka.connect.storage.SimpleHeaderConverter;
import org.apache.kafka.connect.transforms.Transformation;

/** Runs each case of a file of vectors through Kafka Connect's own classes and writes what they answer as "expected". See README.md. */
public class Vectors {
  static final ObjectMapper JSON = new ObjectMapper();
  static final JsonConverter ENVELOPES = envelopes();

  public static void main(String[] files) throws Exception {
    for (String file : files) {
      Path path = Path.of(file);
      List<String> lines = new ArrayList<>();
      for (String line : Files.readAllLines(path)) {
        ObjectNode each = (ObjectNode) JSON.readTree(line);
        each.remove("expected");
        each.set("expected", answer(each));
        lines.add(JSON.writeValueAsString(each));
      }
      Files.writeString(path, String.join("\n", lines) + "\n");
    }
  }

  static JsonConverter envelopes() {
    JsonConverter converter = new JsonConverter();
    // Null as it is, so that what a transform made of it can be seen.
    converter.configure(Map.of("schemas.enable", "true", "replace.null.with.default", "false"), false);
    return converter;
  }

  static JsonNode answer(JsonNode each) {
    ObjectNode expected = JSON.createObjectNode();
    try {
      if (each.has("transform")) transform(each, expected);
      else if (each.has("header")) header(each, expected);
      else if (each.has("shown")) expected.put("text", shown(each.get("shown")));
      else convert(each, expected);
    } catch (Exception e) {
      Throwable cause = e;
      expected.removeAll();
      expected.put("error", cause.getClass().getSimpleName());
    }
    return expected;
  }

  static void convert(JsonNode each, ObjectNode expected) throws Exception {
    byte[] input = bytes(each.get("input"), each.get("inputHex"));
    SchemaAndValue data = converter(each.get("reader")).toConnectData("t", input);
    byte[] output = converter(each.get("writer")).fromConnectData("t", data.schema(), data.value());
    if (output == null) expected.putNull("text");
    else if (each.has("hex")) expected.put("hex", HexFormat.of().formatHex(output));
    else expected.put("text", new String(output, StandardCharsets.UTF_8));
  }

  static byte[] bytes(JsonNode text, JsonNode hex) {
    if (hex != null) return HexFormat.of().parseHex(hex.textValue());
    return text == null || text.isNull() ? null : text.textValue().getBytes(StandardCharsets.UTF_8);
  }

  static Converter converter(JsonNode described) throws Exception {
    Converter converter = (Converter) Class.forName(described.get("class").textValue()).getConstructor().newInstance();
    converter.configure(properties(described.get("properties")), false);
    return converter;
  }

  static Map<String, String> properties(JsonNode node) {
    Map<String, String> properties = new HashMap<>();
    if (node != null) node.fields().forEachRemaining(each -> properties.put(each.getKey(), each.getValue().textValue()));
    return properties;
  }

  static void header(JsonNode each, ObjectNode expected) {
    SimpleHeaderConverter converter = new SimpleHeaderConverter();
    SchemaAndValue data = converter.toConnectHeader("t", "h", each.get("header").textValue().getBytes(StandardCharsets.UTF_8));
    expected.put("envelope", envelope(data.schema(), data.value()));
    byte[] back = converter.fromConnectHeader("t", "h", data.schema(), data.value());
    expected.put("text", back == null ? null : new String(back, StandardCharsets.UTF_8));
  }

  static String shown(JsonNode envelope) {
    SchemaAndValue data = value(envelope);
    return Values.convertToString(data.schema(), data.value());
  }

  static SchemaAndValue value(JsonNode envelope) {
    if (envelope == null || envelope.isNull()) return SchemaAndValue.NULL;
    return ENVELOPES.toConnectData("t", envelope.textValue().getBytes(StandardCharsets.UTF_8));
  }

  static String envelope(Schema schema, Object value) {
    byte[] bytes = ENVELOPES.fromConnectData("t", schema, value);
    return bytes == null ? null : new String(bytes, StandardCharsets.UTF_8);
  }

  @SuppressWarnings("unchecked")
  static void transform(JsonNode each, ObjectNode expected) throws Exception {
    Transformation<SinkRecord> transform =
        (Transformation<SinkRecord>) Class.forName(each.get("transform").textValue()).getConstructor().newInstance();
    transform.configure(properties(each.get("properties")));
    SchemaAndValue key = value(each.get("key"));
    SchemaAndValue value = value(each.get("value"));
    Long timestamp = each.has("timestampMs") ? each.get("timestampMs").longValue() : null;
    SinkRecord record = new SinkRecord("topic", 3, key.schema(), key.value(), value.schema(), value.value(), 42,
        timestamp, TimestampType.CREATE_TIME);
    if (each.has("headers")) {
      for (JsonNode header : each.get("headers")) {
        SchemaAndValue data = value(header.get("value"));
        record.headers().add(header.get("key").textValue(), data.value(), data.schema());
      }
    }
    SinkRecord result = transform.apply(record);
    if (result == null) {
      expected.put("dropped", true);
      return;
    }
    expected.put("topic", result.topic());
    expected.put("timestampMs", result.timestamp());
    expected.put("key", envelope(result.keySchema(), result.key()));
    expected.put("value", envelope(result.valueSchema(), result.value()));
    var headers = expected.putArray("headers");
    for (Header header : result.headers()) {
      headers.addObject().put("key", header.key()).put("value", envelope(header.schema(), header.value()));
    }
  }
}
