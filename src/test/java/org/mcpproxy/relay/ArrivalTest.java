package org.mcpproxy.relay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mcpproxy.fixture.Refusals.assertRefused;

import com.nimbusds.oauth2.sdk.Scope;
import jakarta.servlet.AsyncContext;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.lang.reflect.Proxy;
import java.net.URI;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.mcpproxy.config.Backend;
import org.mcpproxy.config.BackendCredential;
import org.mcpproxy.config.RelayLimits;
import org.mcpproxy.config.Settings;
import org.mcpproxy.fixture.Samples;
import org.mcpproxy.fixture.SettableClock;
import org.mcpproxy.metrics.Meters;
import org.mcpproxy.oauth.Reason;
import org.mcpproxy.oauth.Rejection;
import org.mcpproxy.policy.PolicyInForce;
import org.mcpproxy.web.RequestThreads;

/** Whose part of the threads a request takes. */
class ArrivalTest {

    private static final Settings SETTINGS = Samples.settings();
    private static final RelayLimits LIMITS = RelayLimits.standard();
    private static final Backend BACKEND =
            new Backend("files", URI.create("http://files.internal/mcp"), new BackendCredential.Okta(), Set.of());

    private final List<String> holders = new ArrayList<>();
    private boolean busy;
    private final RequestThreads threads = new RequestThreads() {
        @Override
        public boolean runForOkta(String holder, Runnable work) {
            if (busy) {
                throw Rejection.of(Reason.CALLER_TOO_BUSY);
            }
            return holders.add(holder);
        }
    };
    private final OpenStreams streams = new OpenStreams(SETTINGS);
    private final Admissions admissions = new Admissions(
            LIMITS,
            streams,
            new CallerLimits(LIMITS, new SettableClock()),
            new BackendLimits(SETTINGS, new SettableClock()));

    @AfterEach
    void stop() {
        streams.close();
        threads.close();
    }

    @Test
    void whatWaitsForOktaTakesAPlaceOfItsUserWhateverTheClient() {
        arrival(Optional.of("00ualice"), "one").relay();
        arrival(Optional.of("00ualice"), "other").relay();

        assertThat(holders).containsExactly("00ualice", "00ualice");
    }

    @Test
    void aUserWhoKeepsOktasThreadsBusyIsRefused() {
        busy = true;

        assertRefused(
                Reason.CALLER_TOO_BUSY,
                () -> arrival(Optional.of("00ualice"), "one").relay());
    }

    private Arrival arrival(Optional<String> user, String client) {
        Caller caller = new Caller(user, client, new Scope("mcp"), Optional.of("grant"), Instant.MAX);
        McpEndpoint endpoint = McpEndpoint.forOwnTokens("/files/mcp", BACKEND, SETTINGS);
        return new Arrival(
                relay(), new Known(caller), endpoint, request(), as(HttpServletResponse.class, name -> null));
    }

    private Relay relay() {
        return new Relay(
                SETTINGS,
                null,
                new Nodes(null, null, null, null, null),
                streams,
                admissions,
                new SessionRules(null, new SessionNames(SETTINGS, Samples.RANDOM), SETTINGS, new SettableClock()),
                new BackendCredentials(null, null, null, null, null, null),
                new PolicyGate(new PolicyInForce(Optional.empty()), null, null, null, 0),
                threads,
                event -> {},
                new RelayMeters(SETTINGS, new Meters()));
    }

    private static HttpServletRequest request() {
        return as(HttpServletRequest.class, name -> switch (name) {
            case "getMethod" -> "GET";
            case "getHeaderNames" -> Collections.emptyEnumeration();
            case "getAttribute" -> Samples.TRAIL;
            case "startAsync" -> as(AsyncContext.class, any -> null);
            default -> throw new UnsupportedOperationException(name);
        });
    }

    private static <T> T as(Class<T> type, Function<String, Object> behaviour) {
        return type.cast(Proxy.newProxyInstance(
                type.getClassLoader(),
                new Class<?>[] {type},
                (proxy, method, arguments) -> behaviour.apply(method.getName())));
    }

    private record Known(Caller caller) implements BearerCheck {

        @Override
        public Checked check(HttpServletRequest request, McpEndpoint endpoint) {
            return Checked.of(caller);
        }

        @Override
        public boolean standing(Caller caller) {
            return true;
        }
    }
}
