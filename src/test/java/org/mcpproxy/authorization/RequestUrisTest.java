package org.mcpproxy.authorization;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mcpproxy.fixture.Refusals.assertRefused;
import static org.mcpproxy.fixture.Samples.parameters;
import static org.mcpproxy.fixture.Samples.with;

import java.net.URI;
import org.junit.jupiter.api.Test;
import org.mcpproxy.client.Client;
import org.mcpproxy.fixture.KnownClients;
import org.mcpproxy.fixture.KnownDocuments;
import org.mcpproxy.fixture.Samples;
import org.mcpproxy.fixture.SettableClock;
import org.mcpproxy.oauth.Parameters;
import org.mcpproxy.oauth.Reason;
import org.mcpproxy.store.Store;

class RequestUrisTest {

    private static final Client CLIENT = Samples.client("client");
    private static final Parameters GOOD = parameters(
            "client_id", "client",
            "response_type", "code",
            "redirect_uri", Samples.REDIRECT_URI,
            "state", "the client's own",
            "prompt", "consent",
            "code_challenge", "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM",
            "code_challenge_method", "S256");

    private final SettableClock clock = new SettableClock();
    private final KnownClients clients = new KnownClients(CLIENT, Samples.client("another"));
    private final AuthorizationRequests requests =
            new AuthorizationRequests(KnownDocuments.none(clients), Samples.settings(), Samples.idTokens());
    private final RequestUris uris =
            new RequestUris(requests, Store.empty(clock).pushed, Samples.settings(), Samples.RANDOM, clock);

    @Test
    void whatWasPushedIsWhatCounts() {
        assertThat(uris.resolve(reference(uris.push(CLIENT, GOOD)))).isEqualTo(GOOD);
        assertThat(uris.resolve(GOOD)).as("what was not pushed").isEqualTo(GOOD);
    }

    /** RFC 9126 2: whoever authenticates otherwise need not name itself. */
    @Test
    void nothingByWhichTheClientAuthenticatedIsKept() {
        Parameters pushed = with(
                with(with(with(GOOD, "client_id"), "client_secret", "secret"), "client_assertion", "signed"),
                "client_assertion_type",
                "jwt");

        assertThat(uris.resolve(reference(uris.push(CLIENT, pushed)))).isEqualTo(GOOD);
    }

    @Test
    void itIsForOneUseOfOneClientAndNotForLong() {
        Parameters used = reference(uris.push(CLIENT, GOOD));
        uris.use(used);
        URI expired = uris.push(CLIENT, GOOD);
        clock.advance(Samples.settings().lifetimes().pushedRequest());
        URI fresh = uris.push(CLIENT, GOOD);

        assertUnknown(used);
        assertRefused(Reason.REQUEST_URI_UNKNOWN, () -> uris.use(used));
        assertUnknown(reference(expired));
        assertUnknown(with(reference(fresh), "client_id", "another"));
        assertRefused(Reason.CLIENT_MISSING, () -> uris.resolve(with(reference(fresh), "client_id")));
        assertThat(uris.resolve(reference(fresh))).as("nobody else used it up").isEqualTo(GOOD);
    }

    /** The attack: what a client pushed, changed by whoever has the browser (RFC 9101 6.3). */
    @Test
    void whatTheBrowserBringsBesideTheNameCountsForNothing() {
        Parameters reference = reference(uris.push(CLIENT, GOOD));
        Parameters changed =
                with(with(reference, "redirect_uri", "https://evil.example/callback"), "scope", "mcp offline_access");

        assertThat(uris.resolve(changed)).isEqualTo(GOOD);
    }

    /** The attack: to push in the name of another client. */
    @Test
    void whoAuthenticatedIsWhoseRequestItIsWhateverClientItNames() {
        URI uri = uris.push(CLIENT, with(GOOD, "client_id", "another"));

        assertThat(uris.resolve(reference(uri))).isEqualTo(GOOD);
        assertUnknown(with(reference(uri), "client_id", "another"));
    }

    /** A node may end, or a store be full, before the browser has an answer. */
    @Test
    void untilItIsUsedTheBrowserMayComeAgain() {
        Parameters reference = reference(uris.push(CLIENT, GOOD));

        assertThat(uris.resolve(reference)).isEqualTo(GOOD);
        assertThat(uris.resolve(reference)).isEqualTo(GOOD);
        uris.use(GOOD);
        uris.use(reference);
        assertUnknown(reference);
    }

    @Test
    void aClientThatHasChangedSinceIsJudgedAnew() {
        URI uri = uris.push(CLIENT, GOOD);
        clients.add(Samples.client("client", "https://app.example/elsewhere"));

        Parameters resolved = uris.resolve(reference(uri));

        assertRefused(Reason.REDIRECT_URI_UNREGISTERED, () -> requests.redirection(resolved));
    }

    @Test
    void aRequestThatWouldFailIsNotKept() {
        assertRefused(Reason.PKCE_MISSING, () -> uris.push(CLIENT, with(GOOD, "code_challenge")));
        assertRefused(
                Reason.REQUEST_URI_UNSUPPORTED,
                () -> uris.push(
                        CLIENT,
                        with(GOOD, "request_uri", uris.push(CLIENT, GOOD).toString())));
    }

    private void assertUnknown(Parameters reference) {
        assertRefused(Reason.REQUEST_URI_UNKNOWN, () -> uris.resolve(reference));
    }

    private static Parameters reference(URI uri) {
        return parameters("client_id", "client", "request_uri", uri.toString());
    }
}
