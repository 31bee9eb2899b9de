import com.sun.jdi.BooleanValue;
import com.sun.jdi.ClassType;
import com.sun.jdi.Method;
import com.sun.jdi.ObjectReference;
import com.sun.jdi.ReferenceType;
import com.sun.jdi.StringReference;
import com.sun.jdi.ThreadReference;
import com.sun.jdi.Value;
import com.sun.jdi.VMDisconnectedException;
import com.sun.jdi.VirtualMachine;
import com.sun.jdi.event.BreakpointEvent;
import com.sun.jdi.event.ClassPrepareEvent;
import com.sun.jdi.event.Event;
import com.sun.jdi.event.EventSet;
import com.sun.jdi.request.BreakpointRequest;
import com.sun.jdi.request.ClassPrepareRequest;
import com.sun.jdi.request.EventRequest;
import com.sun.jdi.request.EventRequestManager;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** One JVM: where JUnit says of a test that it began, failed or is over, it is held and looked at. */
final class Watch implements Runnable {
    private static final String OLD = "org.junit.runner.notification.RunNotifier";
    private static final String NEW = "org.junit.platform.launcher.core.ExecutionListenerAdapter";
    private static final Set<String> TOLD = Set.of(
            "fireTestStarted", "fireTestFailure", "fireTestAssumptionFailed", "fireTestFinished",
            "executionStarted", "executionFinished");

    private final VirtualMachine machine;
    private final Map<Boolean, Seen> seen = Map.of(true, new Seen(), false, new Seen());
    private boolean knows;
    private boolean isNew;

    /** By name: of the old JUnit, and of the platform, on which the old may run too. */
    private static final class Seen {
        final Map<String, Integer> begun = new HashMap<>();
        final Map<String, Integer> pending = new HashMap<>();
        final Map<String, Integer> passed = new HashMap<>();
        final Set<String> failed = new HashSet<>();
    }

    Watch(VirtualMachine machine) {
        this.machine = machine;
        for (String name : List.of(OLD, NEW)) {
            ClassPrepareRequest request = machine.eventRequestManager().createClassPrepareRequest();
            request.addClassFilter(name);
            request.setSuspendPolicy(EventRequest.SUSPEND_EVENT_THREAD);
            request.enable();
        }
    }

    @Override
    public void run() {
        try {
            while (true) {
                EventSet events = machine.eventQueue().remove();
                for (Event event : events) {
                    if (event instanceof ClassPrepareEvent) {
                        prepared(((ClassPrepareEvent) event).referenceType());
                    } else if (event instanceof BreakpointEvent) {
                        told((BreakpointEvent) event);
                    }
                }
                events.resume();
            }
        } catch (VMDisconnectedException | InterruptedException over) {
            // What had not ended by now is pending.
        } catch (Exception error) {
            // What cannot be looked at was not seen.
            machine.dispose();
        }
    }

    synchronized boolean knows() {
        return knows;
    }

    synchronized Map<String, Integer> begun() {
        return seen.get(isNew).begun;
    }

    synchronized Map<String, Integer> pending() {
        return seen.get(isNew).pending;
    }

    synchronized Map<String, Integer> passed() {
        return seen.get(isNew).passed;
    }

    private synchronized void prepared(ReferenceType type) throws Exception {
        knows = true;
        isNew |= type.name().equals(NEW);
        for (Method method : type.methods()) {
            if (TOLD.contains(method.name())) {
                EventRequestManager requests = machine.eventRequestManager();
                BreakpointRequest request = requests.createBreakpointRequest(method.location());
                request.setSuspendPolicy(EventRequest.SUSPEND_EVENT_THREAD);
                request.putProperty("method", method.name());
                request.enable();
            }
        }
    }

    private synchronized void told(BreakpointEvent event) throws Exception {
        ThreadReference thread = event.thread();
        List<Value> given = thread.frame(0).getArgumentValues();
        ObjectReference first = (ObjectReference) given.get(0);
        String method = (String) event.request().getProperty("method");
        boolean ofNew = method.startsWith("execution");
        Seen all = seen.get(ofNew);
        String name;
        if (ofNew) {
            if (!((BooleanValue) call(thread, first, "isTest", "()Z")).value()) {
                return;
            }
            ObjectReference id = (ObjectReference) field(first, "uniqueId");
            name = text(call(thread, id, "toString", "()Ljava/lang/String;"));
            if (given.size() > 1) {
                ObjectReference status = (ObjectReference) field((ObjectReference) given.get(1), "status");
                ended(all, name, text(field(status, "name")).equals("SUCCESSFUL"));
                return;
            }
        } else {
            ObjectReference description = method.endsWith("Failure") || method.endsWith("Failed")
                    ? (ObjectReference) field(first, "fDescription") : first;
            name = text(field(description, "fDisplayName"));
            if (description != first) {
                all.failed.add(name);
                return;
            }
            if (method.equals("fireTestFinished")) {
                ended(all, name, !all.failed.remove(name));
                return;
            }
        }
        all.begun.merge(name, 1, Integer::sum);
        all.pending.merge(name, 1, Integer::sum);
    }

    private static void ended(Seen all, String name, boolean well) {
        all.pending.computeIfPresent(name, (key, times) -> times > 1 ? times - 1 : null);
        if (well) {
            all.passed.merge(name, 1, Integer::sum);
        }
    }

    private static Value field(ObjectReference of, String name) {
        return of.getValue(of.referenceType().fieldByName(name));
    }

    private static Value call(ThreadReference thread, ObjectReference of, String name, String signature)
            throws Exception {
        Method method = ((ClassType) of.referenceType()).methodsByName(name, signature).stream()
                .filter(one -> !one.isAbstract()).findFirst().get();
        return of.invokeMethod(thread, method, new ArrayList<>(), ObjectReference.INVOKE_SINGLE_THREADED);
    }

    private static String text(Value value) {
        return ((StringReference) value).value();
    }
}
