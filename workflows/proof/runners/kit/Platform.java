import com.sun.jdi.BooleanValue;
import com.sun.jdi.Method;
import com.sun.jdi.ObjectReference;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The platform of JUnit, with Jupiter on it or what else there is. */
final class Platform extends Tool {
    private static final Pattern SEGMENT = Pattern.compile("\\[([^:\\]]*):([^\\]]*)\\]");

    @Override
    List<String> types() {
        return List.of("org.junit.platform.launcher.core.ExecutionListenerAdapter");
    }

    @Override
    boolean tells(Method method) {
        return method.name().equals("executionStarted") || method.name().equals("executionFinished");
    }

    @Override
    void told(Held held) throws Exception {
        if (!((BooleanValue) held.call(held.first(), "isTest", "()Z")).value()) {
            return;
        }
        ObjectReference id = (ObjectReference) Held.field(held.first(), "uniqueId");
        String name = group(Held.text(held.call(id, "toString", "()Ljava/lang/String;")));
        if (held.method.equals("executionStarted")) {
            begins(name);
        } else {
            ObjectReference status = (ObjectReference) Held.field((ObjectReference) held.given.get(1), "status");
            ends(name, Held.text(Held.field(status, "name")).equals("SUCCESSFUL"));
        }
    }

    /** The class of `[engine:junit-jupiter]/[class:a.BTest]/[method:works()]`. */
    private static String group(String name) {
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
