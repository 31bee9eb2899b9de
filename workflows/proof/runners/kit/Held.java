import com.sun.jdi.ClassType;
import com.sun.jdi.Field;
import com.sun.jdi.Method;
import com.sun.jdi.ObjectReference;
import com.sun.jdi.StackFrame;
import com.sun.jdi.StringReference;
import com.sun.jdi.ThreadReference;
import com.sun.jdi.Value;
import com.sun.jdi.event.BreakpointEvent;
import java.util.ArrayList;
import java.util.List;

/** A thread that is held where a method begins: what it was called with, and what can be asked of that. */
final class Held {
    final String method;
    final List<Value> given;
    private final ThreadReference thread;
    private final StackFrame frame;

    Held(BreakpointEvent event) throws Exception {
        thread = event.thread();
        method = event.location().method().name();
        frame = thread.frame(0);
        given = frame.getArgumentValues();
    }

    /** Whose method it is; not to be asked after a call. */
    ObjectReference self() {
        return frame.thisObject();
    }

    ObjectReference first() {
        return (ObjectReference) given.get(0);
    }

    Value call(ObjectReference of, String name, String signature) throws Exception {
        Method method = ((ClassType) of.referenceType()).methodsByName(name, signature).stream()
                .filter(one -> !one.isAbstract()).findFirst().get();
        return of.invokeMethod(thread, method, new ArrayList<>(), ObjectReference.INVOKE_SINGLE_THREADED);
    }

    static Value field(ObjectReference of, String name) {
        Field field = of.referenceType().fieldByName(name);
        return of.getValue(field);
    }

    static String text(Value value) {
        return ((StringReference) value).value();
    }
}
