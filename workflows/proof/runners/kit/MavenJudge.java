import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.Paths;
import java.util.ArrayList;
import java.util.List;
import java.util.Scanner;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Runs Maven and watches, as a debugger does, each JVM that it runs tests in: MavenJudge REPORT COMMAND...
 * What stands as `{watched}` in the command is where such a JVM says that it is there.
 *
 * The key comes on standard input, and what was seen is kept here, where no process of the project's is.
 */
public final class MavenJudge {
    public static void main(String[] words) throws Exception {
        String key = new Scanner(System.in).nextLine().trim();
        Path report = Paths.get(words[0]);
        Watcher watcher = new Watcher();
        List<String> command = new ArrayList<>();
        for (int at = 1; at < words.length; at++) {
            command.add(words[at].replace("{watched}", watcher.address()));
        }
        ProcessBuilder maven = new ProcessBuilder(command).inheritIO();
        maven.redirectInput(ProcessBuilder.Redirect.from(new java.io.File("/dev/null")));
        int code = maven.start().waitFor();

        ByteArrayOutputStream told = new ByteArrayOutputStream();
        if (Files.exists(report)) {
            told.write(Files.readAllBytes(report));
        }
        byte[] seen = watcher.seen().getBytes(StandardCharsets.UTF_8);
        told.write((seen.length + " seen\n").getBytes(StandardCharsets.UTF_8));
        told.write(seen);
        Files.write(report, sealed(key, told.toByteArray()));
        // Not `exit`: who still listens for JVMs that are left does not matter any more.
        Runtime.getRuntime().halt(code);
    }

    private static byte[] sealed(String key, byte[] told) throws Exception {
        byte[] secret = new byte[key.length() / 2];
        for (int at = 0; at < secret.length; at++) {
            secret[at] = (byte) Integer.parseInt(key.substring(2 * at, 2 * at + 2), 16);
        }
        Mac mac = Mac.getInstance("HmacSHA256");
        mac.init(new SecretKeySpec(secret, "HmacSHA256"));
        StringBuilder seal = new StringBuilder("64 seal\n");
        for (byte one : mac.doFinal(told)) {
            seal.append(String.format("%02x", one));
        }
        ByteArrayOutputStream whole = new ByteArrayOutputStream();
        whole.write(seal.toString().getBytes(StandardCharsets.UTF_8));
        whole.write(told);
        return whole.toByteArray();
    }
}
