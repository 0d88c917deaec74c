package org.mcpproxy.store;

import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/** An executor whose time comes when a test says so. */
final class ScheduledTasks {

    private final List<Runnable> due = new ArrayList<>();
    private final List<Duration> pauses = new ArrayList<>();

    ScheduledExecutorService executor() {
        return (ScheduledExecutorService) Proxy.newProxyInstance(
                getClass().getClassLoader(),
                new Class<?>[] {ScheduledExecutorService.class},
                (proxy, method, arguments) -> {
                    if (method.getName().equals("shutdown")) {
                        return null;
                    }
                    due.add((Runnable) arguments[0]);
                    if (method.getName().equals("schedule")) {
                        pauses.add(Duration.of((long) arguments[1], ((TimeUnit) arguments[2]).toChronoUnit()));
                    }
                    return null;
                });
    }

    /** Runs what is due. What that schedules is due the next time. */
    void run() {
        List<Runnable> now = List.copyOf(due);
        due.clear();
        pauses.clear();
        now.forEach(Runnable::run);
    }

    /** As {@link #run}, in the other order. */
    void runLastFirst() {
        Collections.reverse(due);
        run();
    }

    List<Duration> pauses() {
        return pauses;
    }
}
