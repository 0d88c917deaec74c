package org.mcpproxy.token;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.mcpproxy.fixture.Refusals.assertRefused;

import com.nimbusds.oauth2.sdk.Scope;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.mcpproxy.audit.AuditEvent.GrantRevoked.Cause;
import org.mcpproxy.fixture.Samples;
import org.mcpproxy.fixture.TokenEndpoint;
import org.mcpproxy.grant.Grant;
import org.mcpproxy.oauth.Reason;
import org.mcpproxy.oauth.Rejection;
import org.mcpproxy.oauth.Scopes;
import org.mcpproxy.signing.AccessToken;
import org.mcpproxy.upstream.User;

/** OpenID Connect Core 5.3 and 5.4. */
class UserInfoTest {

    private final TokenEndpoint endpoint = new TokenEndpoint();
    private final UserInfo userInfo = new UserInfo(endpoint.grants, endpoint.clock);
    private final Grant grant = endpoint.grant("client");

    @Test
    void eachScopeTellsWhatIsItsAndNothingElse() {
        assertThat(told("openid")).isEqualTo(Map.of("sub", "00ualice"));
        assertThat(told("openid mcp offline_access")).isEqualTo(Map.of("sub", "00ualice"));
        assertThat(told("openid profile")).isEqualTo(Map.of("sub", "00ualice", "name", "Alice"));
        assertThat(told("openid email")).isEqualTo(Map.of("sub", "00ualice", "email", "alice@example.com"));
    }

    /** They are sealed in the access token too, so that no client learns of them. */
    @Test
    void nobodyIsToldOfGroups() {
        assertThat(told(Scopes.offered().toString()).toString()).doesNotContain("engineering", "groups");
    }

    /** OpenID Connect Core 5.3.2. */
    @Test
    void whatIsNotKnownIsLeftOut() {
        User nameless = new User("https://acme.okta.com", "00unameless", null, null, Set.of());
        endpoint.grants.open(new Grant(
                "nameless",
                "client",
                nameless,
                Scopes.offered(),
                Samples.RESOURCES,
                grant.openedAt(),
                grant.expiresAt()));

        assertThat(userInfo.of(token("00unameless", "nameless", "openid profile email")))
                .isEqualTo(Map.of("sub", "00unameless"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"mcp", "profile email", "offline_access", "OpenID"})
    void withoutOpenIdNothingIsTold(String scope) {
        Rejection rejection = catchThrowableOfType(Rejection.class, () -> told(scope));

        assertThat(rejection.reason()).isEqualTo(Reason.SCOPE_INSUFFICIENT);
        assertThat(rejection.scope()).contains(new Scope("openid"));
    }

    @Test
    void onceTheGrantHasEndedNothingIsTold() {
        endpoint.ending.end(grant.id(), Cause.REVOKED_BY_CLIENT, Samples.TRAIL);

        assertRefused(Reason.TOKEN_REVOKED, () -> told("openid"));
    }

    /** The attack: one token, and a store that is kept busy with it. */
    @Test
    void whoAsksWithoutEndIsToldNoMoreForAWhileAndHoldsUpNobodyElse() {
        for (int i = 0; i < 60; i++) {
            told("openid");
        }
        Rejection rejection = catchThrowableOfType(Rejection.class, () -> told("openid"));
        assertThat(rejection.reason()).isEqualTo(Reason.TOO_MANY_REQUESTS);
        assertThat(rejection.retryAfter()).contains(Duration.ofSeconds(1));

        Grant another = endpoint.grant("client");
        assertThat(userInfo.of(token("00ualice", another.id(), "openid"))).containsEntry("sub", "00ualice");
        endpoint.clock.advance(Duration.ofSeconds(1));
        assertThat(told("openid")).containsEntry("sub", "00ualice");
    }

    private Map<String, Object> told(String scope) {
        return userInfo.of(token("00ualice", grant.id(), scope));
    }

    private AccessToken token(String subject, String grantId, String scope) {
        return new AccessToken(
                subject,
                "client",
                Samples.RESOURCE,
                Scope.parse(scope),
                grantId,
                "id",
                endpoint.clock.instant().plusSeconds(600),
                Optional.empty());
    }
}
