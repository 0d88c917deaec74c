package org.mcpproxy.policy;

import jakarta.annotation.PreDestroy;
import jakarta.enterprise.concurrent.ManagedScheduledExecutorService;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.context.Initialized;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;

/** Looks at the policy file again and again. By its content: times and sizes of files can stay the same. */
@Singleton
class PolicySchedule {

    private static final int LOOK_SECONDS = 1;

    private static final Logger LOG = System.getLogger(PolicySchedule.class.getName());

    private final PolicyInForce policy;
    private final ManagedScheduledExecutorService executor;
    private ScheduledFuture<?> looking;

    @Inject
    PolicySchedule(PolicyInForce policy, ManagedScheduledExecutorService executor) {
        this.policy = policy;
        this.executor = executor;
    }

    void start(@Observes @Initialized(ApplicationScoped.class) Object application) {
        if (policy.mayChange()) {
            looking = executor.scheduleWithFixedDelay(this::look, LOOK_SECONDS, LOOK_SECONDS, TimeUnit.SECONDS);
        }
    }

    @PreDestroy
    void stop() {
        if (looking != null) {
            looking.cancel(false);
        }
    }

    /** Whatever goes wrong, there is a next time. */
    private void look() {
        try {
            policy.look();
        } catch (RuntimeException e) {
            LOG.log(
                    Level.ERROR,
                    "The policy file was not looked at: {0}",
                    e.getClass().getName());
        }
    }
}
