import com.sun.jdi.Method;
import com.sun.jdi.ReferenceType;
import com.sun.jdi.VMDisconnectedException;
import com.sun.jdi.VirtualMachine;
import com.sun.jdi.event.BreakpointEvent;
import com.sun.jdi.event.ClassPrepareEvent;
import com.sun.jdi.event.Event;
import com.sun.jdi.event.EventSet;
import com.sun.jdi.request.BreakpointRequest;
import com.sun.jdi.request.ClassPrepareRequest;
import com.sun.jdi.request.EventRequest;
import java.util.List;
import java.util.Map;

/** One JVM: where a test tool says of a test that it began, failed or is over, it is held and looked at. */
final class Watch implements Runnable {
    private final VirtualMachine machine;
    private final Tool old = new OldJUnit();
    private final Tool platform = new Platform();
    private final Tool testNG = new TestNG();

    Watch(VirtualMachine machine) {
        this.machine = machine;
        for (Tool tool : tools()) {
            for (String type : tool.types()) {
                ClassPrepareRequest request = machine.eventRequestManager().createClassPrepareRequest();
                request.addClassFilter(type);
                request.setSuspendPolicy(EventRequest.SUSPEND_EVENT_THREAD);
                request.putProperty("tool", tool);
                request.enable();
            }
        }
    }

    @Override
    public void run() {
        try {
            while (true) {
                EventSet events = machine.eventQueue().remove();
                for (Event event : events) {
                    hear(event);
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

    /** Adds what was seen here, by `what class`. */
    synchronized void count(Map<String, Integer> counted) {
        boolean knows = false;
        for (Tool tool : tools()) {
            knows |= tool.isThere;
            // What runs on the platform says it there, and some of it a second time as itself.
            if (tool == platform || !platform.isThere) {
                add(counted, "begun ", tool.begun);
                add(counted, "passed ", tool.passed);
                add(counted, "pending ", tool.pending);
            }
        }
        counted.merge(knows ? "known 0" : "unknown 0", 1, Integer::sum);
    }

    private static void add(Map<String, Integer> counted, String what, Map<String, Integer> names) {
        names.forEach((name, times) -> counted.merge(what + name, times, Integer::sum));
    }

    private List<Tool> tools() {
        return List.of(old, platform, testNG);
    }

    private synchronized void hear(Event event) throws Exception {
        if (event instanceof ClassPrepareEvent) {
            prepared((Tool) event.request().getProperty("tool"), ((ClassPrepareEvent) event).referenceType());
        } else if (event instanceof BreakpointEvent) {
            ((Tool) event.request().getProperty("tool")).told(new Held((BreakpointEvent) event));
        }
    }

    private void prepared(Tool tool, ReferenceType type) {
        tool.isThere = true;
        for (Method method : type.methods()) {
            if (tool.tells(method)) {
                BreakpointRequest request = machine.eventRequestManager().createBreakpointRequest(method.location());
                request.setSuspendPolicy(EventRequest.SUSPEND_EVENT_THREAD);
                request.putProperty("tool", tool);
                request.enable();
            }
        }
    }
}
