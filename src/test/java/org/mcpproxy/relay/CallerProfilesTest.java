package org.mcpproxy.relay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mcpproxy.fixture.Refusals.assertRefused;

import com.nimbusds.oauth2.sdk.Scope;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.mcpproxy.fixture.TokenEndpoint;
import org.mcpproxy.grant.Grant;
import org.mcpproxy.oauth.Reason;
import org.mcpproxy.signing.Profile;

class CallerProfilesTest {

    private static final Profile IN_THE_TOKEN = new Profile("a@example.com", Set.of("staff"));

    private final TokenEndpoint endpoint = new TokenEndpoint();
    private final Grant grant = endpoint.grant("client");
    private final CallerProfiles profiles = new CallerProfiles(endpoint.grants);

    /** So that any node serves the user while the store is away. */
    @Test
    void whatTheTokenSaysIsNotAskedFor() {
        Caller caller = caller(Optional.of("unknown"), Optional.of(IN_THE_TOKEN));

        assertThat(profiles.isAtHand(caller)).isTrue();
        assertThat(profiles.of(caller)).isEqualTo(IN_THE_TOKEN);
    }

    @Test
    void otherwiseTheGrantIsAskedOnce() {
        Caller caller = caller(Optional.of(grant.id()), Optional.empty());

        assertThat(profiles.isAtHand(caller)).isFalse();
        assertThat(profiles.of(caller)).isEqualTo(grant.profile());
        assertThat(profiles.isAtHand(caller)).isTrue();
        endpoint.grants.end(grant.id());
        assertThat(profiles.of(caller)).isEqualTo(grant.profile());
    }

    @Test
    void aGrantThatHasEndedSaysNothing() {
        assertRefused(Reason.TOKEN_REVOKED, () -> profiles.of(caller(Optional.of("unknown"), Optional.empty())));
    }

    @Test
    void ofAServiceNothingIsKnown() {
        Caller service = caller(Optional.empty(), Optional.empty());

        assertThat(profiles.isAtHand(service)).isTrue();
        assertThat(profiles.of(service)).isEqualTo(Profile.UNKNOWN);
    }

    private static Caller caller(Optional<String> grant, Optional<Profile> profile) {
        return new Caller(Optional.of("00ualice"), "client", new Scope("mcp"), grant, Instant.MAX, profile);
    }
}
