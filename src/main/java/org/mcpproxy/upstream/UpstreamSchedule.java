package org.mcpproxy.upstream;

import jakarta.annotation.PreDestroy;
import jakarta.enterprise.concurrent.ManagedScheduledExecutorService;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.context.Initialized;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.mcpproxy.oauth.Rejection;

/**
 * Loads discovery and keys in the background from the application's start on, with a growing pause while they fail, and
 * looks after them from then on.
 */
@ApplicationScoped
class UpstreamSchedule {

    private static final Duration SHORTEST_PAUSE = Duration.ofMillis(500);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(30);

    /** Often enough that keys, which live a minute at least, are renewed before they are stale. */
    private static final Duration LOOK = Duration.ofSeconds(30);

    /** The keys are needed a while longer than to the next look, should that fail. */
    private static final Duration AHEAD = LOOK.plus(LONGEST_PAUSE);

    /** In looks: discovery is read anew every quarter of an hour. */
    private static final int LOOKS_PER_DISCOVERY = 30;

    private static final Logger LOG = System.getLogger(UpstreamSchedule.class.getName());

    private final Discovery discovery;
    private final IssuerKeys keys;
    private final OrganizationServer organization;
    private final UpstreamStatus status;
    private final ManagedScheduledExecutorService executor;
    private Duration pause = SHORTEST_PAUSE;
    private int looks;
    private volatile boolean stopped;

    @Inject
    UpstreamSchedule(
            Discovery discovery,
            IssuerKeys keys,
            OrganizationServer organization,
            UpstreamStatus status,
            ManagedScheduledExecutorService executor) {
        this.discovery = discovery;
        this.keys = keys;
        this.organization = organization;
        this.status = status;
        this.executor = executor;
    }

    /** For CDI's proxy. */
    protected UpstreamSchedule() {
        this(null, null, null, null, null);
    }

    void start(@Observes @Initialized(ApplicationScoped.class) Object application) {
        executor.execute(this::look);
    }

    @PreDestroy
    void stop() {
        stopped = true;
    }

    /** Only one thread at a time is here, and whatever goes wrong, there is a next time. */
    private void look() {
        if (!stopped) {
            Duration next = lookAfterAll() ? atEase() : longerPause();
            executor.schedule(this::look, next.toMillis(), TimeUnit.MILLISECONDS);
        }
    }

    private boolean lookAfterAll() {
        boolean due = discoveryIsDue();
        boolean discovered = !due || succeeds(discovery::load);
        boolean renewed = succeeds(() -> keys.renew(AHEAD));
        // people sign on without it, so it holds up nobody's start
        succeeds(() -> organization.load(due, AHEAD));
        return discovered && renewed;
    }

    /** A lost issuer is asked at every look: nobody else may call it for hours, and its return should show. */
    private boolean discoveryIsDue() {
        return looks % LOOKS_PER_DISCOVERY == 0 || status.degraded().isPresent();
    }

    private static boolean succeeds(Runnable load) {
        try {
            load.run();
            return true;
        } catch (Rejection e) {
            LOG.log(Level.DEBUG, "Discovery or keys did not load: {0}", e.reason());
        } catch (RuntimeException e) {
            LOG.log(
                    Level.ERROR,
                    "Discovery or keys did not load: {0}",
                    e.getClass().getName());
        }
        return false;
    }

    private Duration atEase() {
        looks++;
        pause = SHORTEST_PAUSE;
        status.loaded();
        return LOOK;
    }

    private Duration longerPause() {
        Duration current = pause;
        Duration next = pause.multipliedBy(2);
        pause = next.compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : next;
        return current;
    }
}
