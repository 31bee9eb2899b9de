import com.sun.jdi.Method;
import com.sun.jdi.ObjectReference;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** JUnit 4, and what is older and runs on it. */
final class OldJUnit extends Tool {
    private static final Set<String> TELLING = Set.of(
            "fireTestStarted", "fireTestFailure", "fireTestAssumptionFailed", "fireTestFinished");
    /** `works(a.BTest)`. */
    private static final Pattern NAME = Pattern.compile(".*\\((.*)\\)", Pattern.DOTALL);

    private final Set<String> failed = new HashSet<>();

    @Override
    List<String> types() {
        return List.of("org.junit.runner.notification.RunNotifier");
    }

    @Override
    boolean tells(Method method) {
        return TELLING.contains(method.name());
    }

    @Override
    void told(Held held) {
        boolean isFailure = !held.method.equals("fireTestStarted") && !held.method.equals("fireTestFinished");
        ObjectReference description = isFailure
                ? (ObjectReference) Held.field(held.first(), "fDescription") : held.first();
        String name = Held.text(Held.field(description, "fDisplayName"));
        if (isFailure) {
            failed.add(name);
        } else if (held.method.equals("fireTestStarted")) {
            begins(group(name));
        } else {
            ends(group(name), !failed.remove(name));
        }
    }

    private static String group(String name) {
        Matcher found = NAME.matcher(name);
        return found.matches() ? found.group(1) : name;
    }
}
