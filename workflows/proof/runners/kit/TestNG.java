import com.sun.jdi.ArrayReference;
import com.sun.jdi.IntegerValue;
import com.sun.jdi.Method;
import com.sun.jdi.ObjectReference;
import com.sun.jdi.Value;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * TestNG. What a result says of itself is not enough: listeners, and tests themselves, may set it to anything.
 * So what came out of the test's own method is remembered, and whether the test had asked for just that.
 */
final class TestNG extends Tool {
    private static final String RESULT = "org.testng.internal.TestResult";
    private static final int SUCCESS = 1;
    private static final int STARTED = 16;

    // Of an object that nobody here holds the number is forgotten, and it gets another.
    private final Map<ObjectReference, String> running = new HashMap<>();
    private final Map<ObjectReference, ObjectReference> raised = new HashMap<>();
    private final Set<ObjectReference> expected = new HashSet<>();

    @Override
    List<String> types() {
        // Where two say the same, the first did so once, and then the other.
        return List.of("org.testng.internal.Invoker", "org.testng.internal.TestListenerHelper", RESULT,
                "org.testng.internal.ExpectedExceptionsHolder",
                "org.testng.internal.invokers.ExpectedExceptionsHolder");
    }

    @Override
    boolean tells(Method method) {
        List<String> given = method.argumentTypeNames();
        switch (method.name()) {
            case "runTestListeners":
                return given.size() == 2 && method.isStatic();
            case "setThrowable":
                return method.declaringType().name().equals(RESULT);
            default:
                return method.name().equals("isExpectedException") && !method.isStatic() && given.size() == 1;
        }
    }

    @Override
    void told(Held held) throws Exception {
        Value first = held.given.get(0);
        if (first == null) {
            return;
        }
        switch (held.method) {
            case "setThrowable":
                raised.put(held.self(), held.first());
                break;
            case "isExpectedException":
                Value classes = Held.field(held.self(), "expectedClasses");
                if (classes != null && ((ArrayReference) classes).length() > 0) {
                    expected.add(held.first());
                }
                break;
            default:
                if (first.type().name().equals(RESULT)) {
                    result(held, held.first());
                }
        }
    }

    private void result(Held held, ObjectReference result) throws Exception {
        int status = ((IntegerValue) Held.field(result, "m_status")).value();
        if (status == STARTED) {
            // Told again, to other listeners, it is still the one.
            if (!running.containsKey(result)) {
                ObjectReference type = (ObjectReference) held.call(result, "getTestClass", "()Lorg/testng/IClass;");
                running.put(result, Held.text(held.call(type, "getName", "()Ljava/lang/String;")));
                begins(running.get(result));
            }
            return;
        }
        String name = running.remove(result);
        ObjectReference what = raised.remove(result);
        if (name != null) {
            ends(name, status == SUCCESS && (what == null || expected.contains(what)));
        }
    }
}
