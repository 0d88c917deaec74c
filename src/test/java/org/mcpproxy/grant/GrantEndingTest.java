package org.mcpproxy.grant;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.mcpproxy.audit.AuditEvent.GrantRevoked;
import org.mcpproxy.audit.AuditEvent.GrantRevoked.Cause;
import org.mcpproxy.fixture.Race;
import org.mcpproxy.fixture.Samples;
import org.mcpproxy.fixture.TokenEndpoint;

class GrantEndingTest {

    private final TokenEndpoint endpoint = new TokenEndpoint();
    private final String grant = endpoint.grant("client").id();

    @Test
    void endingAGrantTellsOktaAndTheAuditOnceWhoeverEndsIt() {
        Race.of(50, () -> {
            endpoint.ending.end(grant, Cause.REVOKED_BY_CLIENT, Samples.TRAIL);
            return true;
        });

        assertThat(endpoint.grants.find(grant)).isEmpty();
        assertThat(endpoint.okta.revoked()).hasSize(1);
        assertThat(endpoint.audit)
                .containsExactly(
                        new GrantRevoked(Samples.TRAIL, Samples.ALICE.id(), "client", grant, Cause.REVOKED_BY_CLIENT));
    }

    @Test
    void aGrantThatIsNotThereEndsInSilence() {
        endpoint.ending.end("unknown", Cause.REVOKED_BY_CLIENT, Samples.TRAIL);

        assertThat(endpoint.audit).isEmpty();
        assertThat(endpoint.grants.find(grant)).isPresent();
    }

    /** Each call would take its time-out. */
    @Test
    void whereOktaIsLostNobodyWaitsForItAndTheSweepRevokes() {
        endpoint.loseOkta();
        endpoint.okta.duringRevocation(() -> {
            throw new AssertionError("Okta was asked.");
        });

        assertThat(endpoint.ending.end(grant, Cause.REVOKED_BY_CLIENT, Samples.TRAIL))
                .isTrue();

        assertThat(endpoint.grants.find(grant)).isEmpty();
        assertThat(endpoint.upstream.find(grant)).isPresent();
    }
}
