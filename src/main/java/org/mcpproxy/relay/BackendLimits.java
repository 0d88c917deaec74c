package org.mcpproxy.relay;

import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.mcpproxy.config.Backend;
import org.mcpproxy.config.RelayLimits;
import org.mcpproxy.config.Settings;
import org.mcpproxy.oauth.Reason;
import org.mcpproxy.oauth.Rejection;

/** What is counted at one backend alone, where it has a bound of its own; on this node. At others nothing is. */
@Singleton
public class BackendLimits {

    private final Map<String, Own> byBackend = new HashMap<>();

    @Inject
    public BackendLimits(Settings settings, Clock clock) {
        this(settings.backends().all(), clock);
    }

    BackendLimits(Set<Backend> backends, Clock clock) {
        for (Backend backend : backends) {
            RelayLimits.Counts counts = backend.limits().counts();
            if (!counts.equals(RelayLimits.Counts.NONE)) {
                byBackend.put(backend.name(), new Own(counts, clock));
            }
        }
    }

    /**
     * Takes a place for one more request; {@link #leave} gives it back.
     *
     * @throws Rejection {@code BACKEND_FULL}, {@code CALLER_TOO_BUSY}
     */
    void enter(Backend backend, Caller caller) {
        Own own = byBackend.get(backend.name());
        if (own != null) {
            own.enter(caller);
        }
    }

    /** @throws Rejection as {@link CallerLimits#countBatch} */
    void countBatch(Backend backend, Caller caller, int messages) {
        Own own = byBackend.get(backend.name());
        if (own != null) {
            own.callers.countBatch(caller, messages);
        }
    }

    void leave(Backend backend, Caller caller) {
        Own own = byBackend.get(backend.name());
        if (own != null) {
            own.leave(caller);
        }
    }

    /** Of one backend. */
    private static final class Own {

        private final int most;
        private final AtomicInteger underWay = new AtomicInteger();
        private final CallerLimits callers;

        Own(RelayLimits.Counts counts, Clock clock) {
            most = counts.atOnce();
            callers = new CallerLimits(counts, clock);
        }

        void enter(Caller caller) {
            if (underWay.incrementAndGet() > most) {
                underWay.decrementAndGet();
                throw Rejection.until(Reason.BACKEND_FULL, Relay.SOON);
            }
            try {
                callers.enter(caller);
            } catch (Rejection e) {
                underWay.decrementAndGet();
                throw e;
            }
        }

        void leave(Caller caller) {
            callers.leave(caller);
            underWay.decrementAndGet();
        }
    }
}
