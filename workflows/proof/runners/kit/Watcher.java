import com.sun.jdi.Bootstrap;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Paths;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** What was seen of each class of tests, in all the JVMs together. */
final class Watcher {
    private final List<Watch> watches = new ArrayList<>();
    private final List<Thread> threads = new ArrayList<>();
    private final Set<String> shadows = new TreeSet<>();
    private final ServerSocket calls;

    Watcher() throws IOException {
        calls = new ServerSocket(0, 50, InetAddress.getByName("127.0.0.1"));
    }

    String address() {
        return "127.0.0.1:" + calls.getLocalPort();
    }

    /** Of those that call, the JVMs that this tool started. */
    void watch(ProcessHandle tool) {
        Kin kin = new Kin(tool);
        started(() -> listen(kin));
    }

    private void listen(Kin kin) {
        while (true) {
            try {
                Socket socket = calls.accept();
                if (kin.isOfTheTool(socket)) {
                    attend(new Line(socket));
                } else {
                    started(() -> dismiss(socket));
                }
            } catch (IOException gone) {
                // Somebody knocked who is no JVM.
            }
        }
    }

    private void attend(Line line) throws IOException {
        // It waits: no code of the project runs in it yet.
        Watch watch = new Watch(Bootstrap.virtualMachineManager().createVirtualMachine(line));
        Set<String> found = Shadows.below(Paths.get("."));
        synchronized (this) {
            shadows.addAll(found);
            watches.add(watch);
            threads.add(started(watch));
        }
    }

    private static void dismiss(Socket socket) {
        try {
            new Line(socket).dismiss();
        } catch (IOException gone) {
            // All the better.
        }
    }

    private static Thread started(Runnable what) {
        Thread thread = new Thread(what);
        thread.setDaemon(true);
        thread.start();
        return thread;
    }

    /** A line each: what it is, how many, and of which class. */
    synchronized String seen() throws InterruptedException {
        Map<String, Integer> counted = new TreeMap<>();
        for (int number = 0; number < watches.size(); number++) {
            // All of a JVM that is gone has been heard soon; one that is not was left running.
            threads.get(number).join(10_000);
            watches.get(number).count(counted);
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
}
