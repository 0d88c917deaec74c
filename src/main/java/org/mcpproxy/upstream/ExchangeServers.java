package org.mcpproxy.upstream;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.mcpproxy.config.Settings;
import org.mcpproxy.oauth.Rejection;

/** The authorization servers that exchange tokens, as the settings name them: where they are asked, loaded when needed. */
@ApplicationScoped
class ExchangeServers {

    private static final Duration FRESH = Duration.ofHours(1);

    private final URI issuer;
    private final Discovery discovery;
    private final Clock clock;

    /** As many as the settings name. */
    private final Map<URI, Loaded> others = new ConcurrentHashMap<>();

    @Inject
    ExchangeServers(Settings settings, Discovery discovery, Clock clock) {
        this.issuer = settings.okta().issuer();
        this.discovery = discovery;
        this.clock = clock;
    }

    /** For CDI's proxy. */
    protected ExchangeServers() {
        this.issuer = null;
        this.discovery = null;
        this.clock = null;
    }

    /** @throws Rejection {@code OKTA_UNAVAILABLE} or {@code OKTA_ANSWER_INVALID} where it has never said */
    URI tokenEndpoint(URI server) {
        return server.equals(issuer) ? discovery.current().tokenEndpoint() : other(server);
    }

    private URI other(URI server) {
        Loaded known = others.get(server);
        if (known != null && clock.instant().isBefore(known.freshUntil())) {
            return known.tokenEndpoint();
        }
        try {
            URI found = discovery.loaded(server).tokenEndpoint();
            others.put(server, new Loaded(found, clock.instant().plus(FRESH)));
            return found;
        } catch (Rejection e) {
            if (known == null) {
                throw e;
            }
            return known.tokenEndpoint();
        }
    }

    private record Loaded(URI tokenEndpoint, Instant freshUntil) {}
}
