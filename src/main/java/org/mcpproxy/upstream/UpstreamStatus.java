package org.mcpproxy.upstream;

import jakarta.enterprise.context.ApplicationScoped;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;

/**
 * How the issuer stands, for the readiness check: ready once discovery and keys have loaded, and from then on, as a node
 * that has lost Okta still serves everyone who is signed on. A loss shows as degraded, and in the log.
 */
@ApplicationScoped
public class UpstreamStatus {

    private static final Logger LOG = System.getLogger(UpstreamStatus.class.getName());

    private final AtomicReference<String> problem = new AtomicReference<>();
    private volatile boolean loaded;

    /** Whether discovery and the issuer's keys have ever loaded. */
    public boolean ready() {
        return loaded;
    }

    /** What is wrong at present, in words without secrets; empty where the last call was answered. */
    public Optional<String> degraded() {
        return Optional.ofNullable(problem.get());
    }

    void loaded() {
        if (!loaded) {
            loaded = true;
            LOG.log(Level.INFO, "Okta's discovery document and keys have loaded");
        }
    }

    void reached() {
        if (problem.get() != null && problem.getAndSet(null) != null) {
            LOG.log(Level.INFO, "Okta answers again");
        }
    }

    /** Logs the first of a row only, as an outage brings one with every call. */
    void lost(String what) {
        if (problem.getAndSet(what) == null) {
            LOG.log(Level.WARNING, "Okta is lost: {0}", what);
        }
    }
}
