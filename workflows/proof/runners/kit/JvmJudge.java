import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.Paths;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.List;
import java.util.Scanner;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Runs Maven or Gradle and watches, as a debugger does, each JVM that it runs tests in: JvmJudge REPORT COMMAND...
 * What stands as `{watched}` in the command is where such a JVM says that it is there.
 *
 * The key comes on standard input, and what was seen is kept here, where no process of the project's is.
 */
public final class JvmJudge {
    public static void main(String[] words) throws Exception {
        String key = new Scanner(System.in).nextLine().trim();
        Path report = Paths.get(words[0]);
        Watcher watcher = Kin.canTell() ? new Watcher() : null;
        List<String> command = new ArrayList<>();
        for (String word : List.of(words).subList(1, words.length)) {
            if (watcher != null) {
                command.add(word.replace("{watched}", watcher.address()));
            } else if (!word.contains("{watched}")) {
                command.add(word);
            }
        }
        ProcessBuilder tool = new ProcessBuilder(command).inheritIO();
        tool.redirectInput(ProcessBuilder.Redirect.from(new File("/dev/null")));
        Process started = tool.start();
        if (watcher != null) {
            watcher.watch(started.toHandle());
        }
        int code = started.waitFor();

        byte[] told = Files.exists(report) ? Files.readAllBytes(report) : new byte[0];
        if (watcher == null) {
            byte[] open = MessageDigest.getInstance("SHA-256").digest(key.getBytes(StandardCharsets.UTF_8));
            Files.write(report, joined("64 open\n" + hex(open), told));
        } else {
            byte[] seen = watcher.seen().getBytes(StandardCharsets.UTF_8);
            byte[] all = joined(told, seen.length + " seen\n", seen);
            Files.write(report, joined("64 seal\n" + hex(seal(key, all)), all));
        }
        // Not `exit`: who still listens for JVMs that are left does not matter any more.
        Runtime.getRuntime().halt(code);
    }

    private static byte[] seal(String key, byte[] told) throws Exception {
        byte[] secret = new byte[key.length() / 2];
        for (int at = 0; at < secret.length; at++) {
            secret[at] = (byte) Integer.parseInt(key.substring(2 * at, 2 * at + 2), 16);
        }
        Mac mac = Mac.getInstance("HmacSHA256");
        mac.init(new SecretKeySpec(secret, "HmacSHA256"));
        return mac.doFinal(told);
    }

    private static String hex(byte[] digest) {
        StringBuilder written = new StringBuilder();
        for (byte one : digest) {
            written.append(String.format("%02x", one));
        }
        return written.toString();
    }

    private static byte[] joined(Object... parts) throws IOException {
        ByteArrayOutputStream whole = new ByteArrayOutputStream();
        for (Object part : parts) {
            whole.write(part instanceof byte[] ? (byte[]) part : part.toString().getBytes(StandardCharsets.UTF_8));
        }
        return whole.toByteArray();
    }
}
