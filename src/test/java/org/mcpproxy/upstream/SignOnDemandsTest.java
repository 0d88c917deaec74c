package org.mcpproxy.upstream;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What is asked of Okta, and what is kept until it answers. */
class SignOnDemandsTest {

    private static final Instant SENT = Instant.parse("2026-11-23T10:00:00Z");
    private static final SignOnDemands ANEW =
            new SignOnDemands(true, Optional.of(Duration.ZERO), Optional.empty(), List.of());
    private static final SignOnDemands ALL = new SignOnDemands(
            false, Optional.of(Duration.ofMinutes(5)), Optional.of("alice@example.com"), List.of("urn:one", "two"));

    @Test
    void oktaIsAskedForAllThatIsDemanded() {
        assertThat(ALL.parameters())
                .isEqualTo(Map.of(
                        "max_age", List.of("300"),
                        "login_hint", List.of("alice@example.com"),
                        "acr_values", List.of("urn:one two")));
        assertThat(SignOnDemands.NONE.parameters()).isEmpty();
    }

    /** An issuer that counted {@code max_age=0} in seconds would ask for ever. */
    @Test
    void whoIsToSignOnAnewIsAskedToWithoutAnAge() {
        assertThat(ANEW.parameters()).isEqualTo(Map.of("prompt", List.of("login")));
    }

    /** The attack: the person comes back from Okta by an old session, and the demand was forgotten meanwhile. */
    @Test
    void noDemandIsLostWhileItIsKept() {
        for (SignOnDemands demands : List.of(ANEW, ALL, SignOnDemands.NONE)) {
            assertThat(SignOnDemands.of(demands.parameters())).isEqualTo(demands);
        }
    }

    /** RFC 9470 5. */
    @Test
    void oneOfTheClassesThatAreDemandedMustBeMet() {
        assertThat(ALL.isMetBy(Optional.of("two"))).isTrue();
        assertThat(ALL.isMetBy(Optional.of("urn:one two"))).isFalse();
        assertThat(ALL.isMetBy(Optional.of("three"))).isFalse();
        assertThat(ALL.isMetBy(Optional.empty())).isFalse();
        assertThat(SignOnDemands.NONE.isMetBy(Optional.empty())).isTrue();
        assertThat(ANEW.isMetBy(Optional.of("three"))).isTrue();
    }

    @Test
    void sinceWhenThePersonMustHaveAuthenticatedIsSaid() {
        assertThat(ALL.authenticatedSince(SENT)).contains(SENT.minusSeconds(300));
        assertThat(ANEW.authenticatedSince(SENT)).contains(SENT);
        assertThat(new SignOnDemands(true, Optional.empty(), Optional.empty(), List.of()).authenticatedSince(SENT))
                .as("whatever age is named beside")
                .contains(SENT);
        assertThat(SignOnDemands.NONE.authenticatedSince(SENT)).isEmpty();
    }
}
