import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.Paths;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Who is at the other end of a socket, as the kernel says it. What the tool started itself may tell of tests;
 * what a JVM of tests started, or left behind, may not.
 */
final class Kin {
    private final ProcessHandle tool;
    private final Set<ProcessHandle> ofTests = new HashSet<>();

    Kin(ProcessHandle tool) {
        this.tool = tool;
    }

    /** Whether there is a kernel here that says it, which is tried before anything of the project's is there. */
    static boolean canTell() {
        try (ServerSocket heard = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"));
                Socket called = new Socket(heard.getInetAddress(), heard.getLocalPort())) {
            return holds(ProcessHandle.current(), inode(called.getLocalPort(), called.getPort()));
        } catch (IOException none) {
            return false;
        }
    }

    /** Whether the one who called is a JVM that the tool started, which it is taken for from then on. */
    boolean isOfTheTool(Socket socket) {
        String inode = inode(socket.getPort(), socket.getLocalPort());
        Optional<ProcessHandle> caller = Stream.concat(Stream.of(tool), tool.descendants())
                .filter(one -> holds(one, inode)).findFirst();
        if (caller.isEmpty() || hasParentOfTests(caller.get())) {
            return false;
        }
        return ofTests.add(caller.get());
    }

    private boolean hasParentOfTests(ProcessHandle one) {
        for (Optional<ProcessHandle> up = one.parent(); up.isPresent(); up = up.get().parent()) {
            if (up.get().equals(tool)) {
                return false;
            }
            if (ofTests.contains(up.get())) {
                return true;
            }
        }
        // The one between them is gone.
        return true;
    }

    private static boolean holds(ProcessHandle process, String inode) {
        if (inode.isEmpty()) {
            return false;
        }
        try (Stream<Path> files = Files.list(Paths.get("/proc/" + process.pid() + "/fd"))) {
            return files.anyMatch(file -> leadsTo(file, "socket:[" + inode + "]"));
        } catch (IOException gone) {
            return false;
        }
    }

    private static boolean leadsTo(Path file, String where) {
        try {
            return Files.readSymbolicLink(file).toString().equals(where);
        } catch (IOException closed) {
            return false;
        }
    }

    /** Of the socket here that is bound to the one port and connected with the other; empty if there is none. */
    private static String inode(int port, int other) {
        String from = String.format(":%04X", port);
        String to = String.format(":%04X", other);
        for (String table : List.of("/proc/net/tcp", "/proc/net/tcp6")) {
            List<String> lines;
            try {
                lines = Files.readAllLines(Paths.get(table));
            } catch (IOException none) {
                continue;
            }
            Set<String> found = lines.stream().map(line -> line.trim().split("\\s+"))
                    .filter(parts -> parts.length > 9 && parts[1].endsWith(from) && parts[2].endsWith(to))
                    .filter(parts -> isHere(parts[1]) && isHere(parts[2]))
                    .map(parts -> parts[9]).collect(Collectors.toSet());
            if (!found.isEmpty()) {
                return found.size() == 1 ? found.iterator().next() : "";
            }
        }
        return "";
    }

    /** 127.0.0.1, alone or as one of the newer addresses, in the order of bytes that this machine has. */
    private static boolean isHere(String address) {
        boolean isSmallFirst = ByteOrder.nativeOrder() == ByteOrder.LITTLE_ENDIAN;
        String host = isSmallFirst ? "0100007F" : "7F000001";
        String mapped = isSmallFirst ? "0000000000000000FFFF0000" : "00000000000000000000FFFF";
        return address.startsWith(host + ":") || address.startsWith(mapped + host + ":");
    }
}
