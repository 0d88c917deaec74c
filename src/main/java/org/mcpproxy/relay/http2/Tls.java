package org.mcpproxy.relay.http2;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.attribute.FileTime;
import java.security.NoSuchAlgorithmException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.SSLContext;
import org.eclipse.jetty.util.ssl.SslContextFactory;
import org.mcpproxy.config.BackendTls;
import org.mcpproxy.config.BadSetting;

/** What is trusted and presented over TLS, read again when the files have changed. Host names are always verified. */
final class Tls {

    private static final Logger LOG = System.getLogger(Tls.class.getName());

    /** How often the files are looked at. */
    private static final Duration LOOK = Duration.ofSeconds(10);

    private final Optional<BackendTls> files;
    private final Clock clock;
    private final SslContextFactory.Client contexts = new SslContextFactory.Client();
    private volatile Current current;

    /** @throws IllegalStateException where the files are not good */
    Tls(Optional<BackendTls> files, Clock clock) {
        this.files = files;
        this.clock = clock;
        List<FileTime> versions = versions();
        try {
            contexts.setSslContext(open());
        } catch (BadSetting e) {
            throw new IllegalStateException("What belongs to TLS for a backend " + e.getMessage());
        }
        this.current = new Current(versions, nextLook());
    }

    SslContextFactory.Client contexts() {
        return contexts;
    }

    /**
     * Connections that were opened with other files are not of this edition. Whoever renews a certificate replaces files,
     * maybe one after another: until all is good, the last good ones stay.
     */
    Object edition() {
        Current known = current;
        if (files.isEmpty() || clock.instant().isBefore(known.goodUntil())) {
            return known.versions();
        }
        synchronized (this) {
            if (current == known) {
                current = new Current(renewed(known.versions()), nextLook());
            }
            return current.versions();
        }
    }

    private List<FileTime> renewed(List<FileTime> known) {
        List<FileTime> versions = versions();
        if (versions.equals(known)) {
            return known;
        }
        try {
            SSLContext renewed = open();
            contexts.reload(factory -> factory.setSslContext(renewed));
            LOG.log(Level.INFO, "The files for TLS to a backend have changed, and are in use");
            return versions;
        } catch (Exception e) {
            LOG.log(
                    Level.WARNING,
                    "The files for TLS to a backend have changed, and are not good: the last good ones stay");
            return known;
        }
    }

    private SSLContext open() throws BadSetting {
        if (files.isPresent()) {
            return files.get().open();
        }
        try {
            return SSLContext.getDefault();
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("This JVM has no TLS", e);
        }
    }

    private List<FileTime> versions() {
        return files.map(BackendTls::versions).orElse(List.of());
    }

    private Instant nextLook() {
        return clock.instant().plus(LOOK);
    }

    private record Current(List<FileTime> versions, Instant goodUntil) {}
}
