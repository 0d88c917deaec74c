package org.mcpproxy.authorization;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.mcpproxy.authorization.PendingAuthorization.Upstream;
import org.mcpproxy.oauth.Secret;

/** The browser carries the demand to Okta, and may drop it: what Okta says of the sign-on decides. */
class RecentAuthenticationTest {

    private static final Instant SINCE = Instant.parse("2026-11-23T09:00:00Z");

    @Test
    void whoAuthenticatedBeforeIsNotTakenWhateverTheBrowserToldOkta() {
        assertThat(demanding().isMetBy(Optional.of(SINCE.minusSeconds(121)))).isFalse();
        assertThat(demanding().isMetBy(Optional.of(Instant.EPOCH))).isFalse();
    }

    @Test
    void whoAuthenticatedSinceIsTakenAndClocksMayDifferByTwoMinutes() {
        assertThat(demanding().isMetBy(Optional.of(SINCE.plusSeconds(30)))).isTrue();
        assertThat(demanding().isMetBy(Optional.of(SINCE.minusSeconds(120)))).isTrue();
    }

    /** OpenID Connect Core 2: with max_age the time must be said. */
    @Test
    void anIssuerThatDoesNotSayWhenMeetsNoDemand() {
        assertThat(demanding().isMetBy(Optional.empty())).isFalse();
    }

    @Test
    void whereNothingIsDemandedAnySignOnIsTaken() {
        Upstream any = new Upstream(new Secret("verifier"), new Secret("nonce"), Optional.empty());

        assertThat(any.isMetBy(Optional.of(Instant.EPOCH))).isTrue();
        assertThat(any.isMetBy(Optional.empty())).isTrue();
    }

    private static Upstream demanding() {
        return new Upstream(new Secret("verifier"), new Secret("nonce"), Optional.of(SINCE));
    }
}
