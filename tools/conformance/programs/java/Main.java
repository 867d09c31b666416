import java.nio.file.Path;
import java.util.LinkedHashMap;
import org.apache.kafka.common.utils.AppInfoParser;

public final class Main {
    private Main() {}

    public static void main(String[] args) throws Exception {
        if (args.length == 3 && args[0].equals("member")) {
            GroupCases.beMember(args[1], args[2]);
        }
        if (args.length == 2 && args[0].equals("chaos") && args[1].equals("produce")) {
            Chaos.produce();
            System.exit(0);
        }
        if (args.length == 1 && args[0].equals("groups")) {
            GroupMember.run();
            System.exit(0);
        }
        if (args.length == 4 && args[0].equals("streams")) {
            StreamsApp.run(args[1], args[2], Path.of(args[3]));
        }
        LinkedHashMap<String, Harness.Body> cases = new LinkedHashMap<>();
        ProduceCases.addTo(cases);
        GroupCases.addTo(cases);
        ConsumerGroupCases.addTo(cases);
        RestartCases.addTo(cases);
        TransactionCases.addTo(cases);
        StreamsCases.addTo(cases);
        AdminCases.addTo(cases);
        KafbatCases.addTo(cases);
        AkhqCases.addTo(cases);
        Harness.runAll(AppInfoParser.getVersion(), cases);
        System.exit(0);
    }
}
