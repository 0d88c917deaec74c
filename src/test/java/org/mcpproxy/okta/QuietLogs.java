package org.mcpproxy.okta;

import java.util.List;
import java.util.logging.Level;
import java.util.logging.Logger;

/** Tomcat's start and stop messages, silenced; warnings remain. */
public final class QuietLogs {

    /** Kept here, as a logger that nobody holds forgets its level. */
    private static final List<Logger> TOMCAT = List.of(
            Logger.getLogger("org.apache.catalina"),
            Logger.getLogger("org.apache.coyote"),
            Logger.getLogger("org.apache.tomcat"));

    /** It warns at each stop of what would leak if something were deployed a second time. */
    private static final Logger LEAKS = Logger.getLogger("org.apache.catalina.loader.WebappClassLoaderBase");

    private QuietLogs() {}

    public static void apply() {
        TOMCAT.forEach(logger -> logger.setLevel(Level.WARNING));
        LEAKS.setLevel(Level.SEVERE);
    }
}
