import com.sun.jdi.Bootstrap;
import com.sun.jdi.VirtualMachine;
import com.sun.jdi.connect.Connector;
import com.sun.jdi.connect.ListeningConnector;
import java.nio.file.Paths;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What was seen of each class of tests, in all the JVMs together. */
final class Watcher {
    private static final Pattern OLD = Pattern.compile(".*\\((.*)\\)", Pattern.DOTALL);
    private static final Pattern SEGMENT = Pattern.compile("\\[([^:\\]]*):([^\\]]*)\\]");

    private final List<Watch> watches = new ArrayList<>();
    private final List<Thread> threads = new ArrayList<>();
    private final Set<String> shadows = new TreeSet<>();
    private final String address;

    Watcher() throws Exception {
        ListeningConnector connector = Bootstrap.virtualMachineManager().listeningConnectors().stream()
                .filter(one -> one.name().equals("com.sun.jdi.SocketListen")).findFirst().get();
        Map<String, Connector.Argument> asked = connector.defaultArguments();
        asked.get("localAddress").setValue("127.0.0.1");
        asked.get("port").setValue("0");
        String at = connector.startListening(asked);
        address = "127.0.0.1:" + at.substring(at.lastIndexOf(':') + 1);
        Thread listening = new Thread(() -> listen(connector, asked));
        listening.setDaemon(true);
        listening.start();
    }

    String address() {
        return address;
    }

    private void listen(ListeningConnector connector, Map<String, Connector.Argument> asked) {
        while (true) {
            VirtualMachine machine;
            try {
                machine = connector.accept(asked);
            } catch (Exception none) {
                // Somebody knocked who is no JVM.
                continue;
            }
            // It waits: no code of the project runs in it yet.
            Watch watch = new Watch(machine);
            Set<String> found = Shadows.below(Paths.get("."));
            Thread watching = new Thread(watch);
            watching.setDaemon(true);
            synchronized (this) {
                shadows.addAll(found);
                watches.add(watch);
                threads.add(watching);
            }
            watching.start();
        }
    }

    /** A line each: what it is, how many, and of which class. */
    synchronized String seen() throws InterruptedException {
        Map<String, Integer> counted = new TreeMap<>();
        for (int number = 0; number < watches.size(); number++) {
            // All of a JVM that is gone has been heard soon; one that is not was left running.
            threads.get(number).join(10_000);
            Watch watch = watches.get(number);
            synchronized (watch) {
                counted.merge(watch.knows() ? "known 0" : "unknown 0", 1, Integer::sum);
                add(counted, "begun ", watch.begun());
                add(counted, "passed ", watch.passed());
                add(counted, "pending ", watch.pending());
            }
        }
        shadows.forEach(name -> counted.put("shadow " + name, 1));
        StringBuilder lines = new StringBuilder();
        counted.forEach((what, times) -> {
            String[] parts = what.split(" ", 2);
            String line = parts[0] + " " + times + " " + parts[1];
            // A name may be anything, and a line is one.
            lines.append(line.replaceAll("\\R", " ")).append('\n');
        });
        return lines.toString();
    }

    private static void add(Map<String, Integer> counted, String what, Map<String, Integer> names) {
        names.forEach((name, times) -> counted.merge(what + group(name), times, Integer::sum));
    }

    /** The class of `works(a.BTest)`, or of `[engine:junit-jupiter]/[class:a.BTest]/[method:works()]`. */
    private static String group(String name) {
        Matcher old = OLD.matcher(name);
        if (!name.startsWith("[engine:")) {
            return old.matches() ? old.group(1) : name;
        }
        String found = "";
        Matcher segment = SEGMENT.matcher(name.substring(name.lastIndexOf("[engine:") + 8));
        while (segment.find()) {
            if (found.isEmpty()) {
                found = segment.group(2);
            } else if (segment.group(1).equals("nested-class")) {
                found += "$" + segment.group(2);
            }
        }
        return found;
    }
}
