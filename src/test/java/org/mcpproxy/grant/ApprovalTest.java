package org.mcpproxy.grant;

import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.oauth2.sdk.Scope;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.mcpproxy.grant.Approvals.Approval;
import org.mcpproxy.oauth.Resources;

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

    /** The attack: a client that a person allowed at one MCP server asks for one more. */
    @Test
    void ofSeveralResourcesItCoversEachAndNoOther() {
        Approval both = at("https://proxy.example/mcp", "https://proxy.example/files/mcp");

        assertThat(both.covers(at("https://proxy.example/files/mcp", "https://proxy.example/mcp")))
                .isTrue();
        assertThat(both.covers(at("https://proxy.example/files/mcp"))).isTrue();
        assertThat(both.covers(at("https://proxy.example/mcp", "https://proxy.example/jira/mcp")))
                .isFalse();
        assertThat(GIVEN.covers(both)).isFalse();
    }

    private static Approval at(String... resources) {
        return new Approval(
                GIVEN.organization(),
                GIVEN.userId(),
                GIVEN.clientId(),
                GIVEN.redirectUri(),
                GIVEN.scope(),
                Resources.of(resources),
                Instant.MAX);
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
                Resources.of("https://proxy.example/mcp"),
                Instant.MAX);
    }
}
