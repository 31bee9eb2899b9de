import com.sun.jdi.Method;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** What a test tool was seen to say in one JVM, by the class of the test. */
abstract class Tool {
    final Map<String, Integer> begun = new HashMap<>();
    final Map<String, Integer> pending = new HashMap<>();
    final Map<String, Integer> passed = new HashMap<>();
    boolean isThere;

    /** The classes in which it says so. */
    abstract List<String> types();

    /** Whether this is a method that says so. */
    abstract boolean tells(Method method);

    abstract void told(Held held) throws Exception;

    final void begins(String name) {
        begun.merge(name, 1, Integer::sum);
        pending.merge(name, 1, Integer::sum);
    }

    final void ends(String name, boolean well) {
        pending.computeIfPresent(name, (key, times) -> times > 1 ? times - 1 : null);
        if (well) {
            passed.merge(name, 1, Integer::sum);
        }
    }
}
