import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.BooleanSupplier;

/** The runner's line protocol (see src/protocol.ts), deadlines, checks and the data that cases write. */
final class Harness {
    static final String BOOTSTRAP = System.getenv("CONFORMANCE_BOOTSTRAP");
    static final String INTEROP_TOPIC = System.getenv("CONFORMANCE_INTEROP");

    private static final BufferedReader ANSWERS =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));

    private Harness() {}

    /** A case; a returned text is a remark for the report. */
    interface Body {
        String run(Context context) throws Exception;
    }

    /** A case while it runs. */
    static final class Context {
        private final String caseName;
        private final Deque<AutoCloseable> cleanups = new ArrayDeque<>();

        Context(String caseName) {
            this.caseName = caseName;
        }

        /** A topic or group name that no other case uses. */
        String name(String suffix) {
            return System.getenv("CONFORMANCE_RUN") + "-" + caseName + "-" + suffix;
        }

        /** Closes it after the case, last one first. */
        <T extends AutoCloseable> T using(T resource) {
            cleanups.push(resource);
            return resource;
        }

        void restart(String mode) throws Exception {
            say("restart", mode);
            String answer = ANSWERS.readLine();
            check("ok".equals(answer), "restart of the broker: " + answer);
        }

        void end() {
            for (AutoCloseable one : cleanups) {
                try {
                    one.close();
                } catch (Exception error) {
                    error.printStackTrace();
                }
            }
        }
    }

    private static synchronized void say(Object... fields) {
        StringBuilder line = new StringBuilder("@@ ");
        for (int index = 0; index < fields.length; index += 1) {
            if (index > 0) {
                line.append('\t');
            }
            line.append(String.valueOf(fields[index]).replaceAll("\\s+", " "));
        }
        System.out.println(line);
        System.out.flush();
    }

    static void runAll(String version, LinkedHashMap<String, Body> cases) {
        say("plan", version, String.join(",", cases.keySet()));
        Set<String> wanted = Set.of(System.getenv("CONFORMANCE_CASES").split(","));
        for (Map.Entry<String, Body> one : cases.entrySet()) {
            if (!wanted.contains(one.getKey())) {
                continue;
            }
            say("start", one.getKey());
            long since = System.nanoTime();
            Context context = new Context(one.getKey());
            String kind = "pass";
            String detail;
            try {
                detail = one.getValue().run(context);
            } catch (Exception | AssertionError error) {
                error.printStackTrace();
                kind = "fail";
                detail = error.toString();
            }
            context.end();
            say(kind, one.getKey(), (System.nanoTime() - since) / 1_000_000, detail == null ? "" : detail);
        }
    }

    static void check(boolean condition, String what) {
        if (!condition) {
            throw new AssertionError(what);
        }
    }

    static void equal(Object actual, Object expected, String what) {
        if (!Objects.equals(actual, expected)) {
            throw new AssertionError(what + ": got " + cut(actual) + ", expected " + cut(expected));
        }
    }

    private static String cut(Object value) {
        String text = String.valueOf(value);
        return text.length() > 400 ? text.substring(0, 400) + "…" : text;
    }

    /**
     * A restart must not make the group rebalance. Apache Kafka is let off: while it starts, its metadata may miss the
     * topic for a moment, and the leader of the group then joins again.
     */
    static void noRebalance(int rebalances) {
        if (!"reference".equals(System.getenv("CONFORMANCE_TARGET"))) {
            equal(rebalances, 0, "rebalances that the restart caused");
        }
    }

    /** Waits until the condition holds; the condition itself may poll a consumer. */
    static void until(String what, BooleanSupplier condition) throws InterruptedException {
        long deadline = System.nanoTime() + 30_000_000_000L;
        while (!condition.getAsBoolean()) {
            check(System.nanoTime() < deadline, "not within 30 s: " + what);
            Thread.sleep(10);
        }
    }

    /** The cause that the call must end in. */
    static Throwable rejection(String what, Body call) {
        try {
            call.run(null);
        } catch (java.util.concurrent.ExecutionException error) {
            return error.getCause();
        } catch (Exception error) {
            return error;
        }
        throw new AssertionError(what + " was accepted");
    }

    static void rejectedWith(Class<? extends Throwable> type, String what, Body call) {
        Throwable error = rejection(what, call);
        check(type.isInstance(error), what + ": " + type.getSimpleName() + " expected, got " + error);
    }

    /** Different values, compressible, each about `size` bytes and beginning with its number. */
    static List<String> numbered(int count, int size) {
        List<String> values = new ArrayList<>();
        for (int index = 0; index < count; index += 1) {
            StringBuilder value = new StringBuilder(String.format("%06d:", index));
            for (int at = 0; value.length() < size; at = (at + 1) % 8) {
                value.append((char) ('a' + at));
            }
            values.add(value.toString());
        }
        return values;
    }

    static List<String> numbered(int count) {
        return numbered(count, 24);
    }

    /** Bytes that do not compress, the same in each run. */
    static byte[] noise(int size) {
        byte[] bytes = new byte[size];
        for (int index = 0; index * 32 < size; index += 1) {
            byte[] block = digest(("noise-" + index).getBytes(StandardCharsets.UTF_8));
            System.arraycopy(block, 0, bytes, index * 32, Math.min(32, size - index * 32));
        }
        return bytes;
    }

    static String sha256(byte[] value) {
        return HexFormat.of().formatHex(digest(value));
    }

    private static byte[] digest(byte[] value) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(value);
        } catch (java.security.NoSuchAlgorithmException error) {
            throw new IllegalStateException(error);
        }
    }

    static byte[] bytes(String text) {
        return text == null ? null : text.getBytes(StandardCharsets.UTF_8);
    }

    static String text(byte[] bytes) {
        return bytes == null ? null : new String(bytes, StandardCharsets.UTF_8);
    }

    static List<String> sorted(java.util.Collection<String> values) {
        return values.stream().sorted().toList();
    }

    static List<Integer> range(int count) {
        Integer[] numbers = new Integer[count];
        Arrays.setAll(numbers, index -> index);
        return List.of(numbers);
    }
}
