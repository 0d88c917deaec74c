package org.mcpproxy.grant;

import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.oauth2.sdk.Scope;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.mcpproxy.grant.Approvals.Approval;

class ApprovalTest {

    private static final Approval GIVEN =
            approval("https://acme.okta.com", "00ualice", "client", "https://app.example/cb", "mcp offline_access");

    @Test
    void itCoversTheSameAndLess() {
        assertThat(GIVEN.covers(GIVEN)).isTrue();
        assertThat(GIVEN.covers(
                        approval("https://acme.okta.com", "00ualice", "client", "https://app.example/cb", "mcp")))
                .isTrue();
    }

    /** Whatever key a store finds it by. */
    @Test
    void itIsOnePersonsForOneClientAtOneAddress() {
        assertThat(GIVEN.covers(
                        approval("https://other.okta.com", "00ualice", "client", "https://app.example/cb", "mcp")))
                .isFalse();
        assertThat(GIVEN.covers(approval("https://acme.okta.com", "00ubob", "client", "https://app.example/cb", "mcp")))
                .isFalse();
        assertThat(GIVEN.covers(
                        approval("https://acme.okta.com", "00ualice", "other", "https://app.example/cb", "mcp")))
                .isFalse();
        assertThat(GIVEN.covers(
                        approval("https://acme.okta.com", "00ualice", "client", "https://evil.example/cb", "mcp")))
                .isFalse();
        assertThat(GIVEN.covers(
                        approval("https://acme.okta.com", "00ualice", "client", "https://app.example/cb", "mcp admin")))
                .isFalse();
    }

    private static Approval approval(
            String organization, String userId, String clientId, String redirectUri, String scope) {
        return new Approval(
                organization,
                userId,
                clientId,
                redirectUri,
                Scope.parse(scope),
                "https://proxy.example/mcp",
                Instant.MAX);
    }
}
