package org.mcpproxy.web;

import java.lang.System.Logger.Level;
import org.mcpproxy.audit.Trail;

/**
 * Logs what nobody foresaw: where it happened, and under which request id. Messages of exceptions are left out, because
 * parsers quote their input there, and that may be a token.
 */
public final class Failures {

    private static final System.Logger LOG = System.getLogger(Failures.class.getName());

    private Failures() {}

    /** @param trail the request's, or null where it failed before it had one */
    public static void log(Trail trail, Throwable failure) {
        log("Request " + (trail == null ? "" : trail.requestId()), failure);
    }

    /** @param what failed */
    public static void log(String what, Throwable failure) {
        LOG.log(Level.ERROR, what + " failed", new Silenced(failure));
    }

    /** The classes and stack frames of a failure and its causes. */
    private static final class Silenced extends Exception {

        private final String type;

        Silenced(Throwable failure) {
            super(null, failure.getCause() == null ? null : new Silenced(failure.getCause()));
            this.type = failure.getClass().getName();
            setStackTrace(failure.getStackTrace());
        }

        @Override
        public String toString() {
            return type;
        }
    }
}
