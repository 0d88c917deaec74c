package org.mcpproxy.store;

import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.oauth2.sdk.Scope;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.mcpproxy.fixture.Race;
import org.mcpproxy.fixture.Samples;
import org.mcpproxy.fixture.SettableClock;
import org.mcpproxy.grant.Approvals;
import org.mcpproxy.grant.Approvals.Approval;
import org.mcpproxy.oauth.Resources;
import org.mcpproxy.oauth.Scopes;
import org.mcpproxy.upstream.User;

@OnEachDatabase
class ApprovalsContractTest {

    private static final String ORGANIZATION = "https://acme.okta.com";

    private final SettableClock clock = new SettableClock();
    private final Approvals approvals;
    private final Kept kept;

    ApprovalsContractTest(Databases kind) {
        Store store = Store.empty(kind, clock);
        approvals = store.approvals;
        kept = new Kept(store, clock);
    }

    @BeforeEach
    void start() {
        approvals.approve(approval(Samples.ALICE, "client", Samples.REDIRECT_URI, Scopes.offered(), Samples.RESOURCE));
    }

    @Test
    void whatWasApprovedIsApprovedAndSoIsLess() {
        assertThat(isApproved(Samples.ALICE, "client", Samples.REDIRECT_URI, Scopes.offered(), Samples.RESOURCE))
                .isTrue();
        assertThat(isApproved(Samples.ALICE, "client", Samples.REDIRECT_URI, Scopes.baseline(), Samples.RESOURCE))
                .isTrue();
    }

    @Test
    void nothingElseIsApproved() {
        User bob = new User(ORGANIZATION, "00ubob", null, null, Set.of());
        User otherAlice = new User("https://other.okta.com", Samples.ALICE.id(), null, null, Set.of());

        assertThat(isApproved(bob, "client", Samples.REDIRECT_URI, Scopes.baseline(), Samples.RESOURCE))
                .isFalse();
        assertThat(isApproved(otherAlice, "client", Samples.REDIRECT_URI, Scopes.baseline(), Samples.RESOURCE))
                .isFalse();
        assertThat(isApproved(Samples.ALICE, "other", Samples.REDIRECT_URI, Scopes.baseline(), Samples.RESOURCE))
                .isFalse();
        assertThat(isApproved(Samples.ALICE, "client", "https://x.example", Scopes.baseline(), Samples.RESOURCE))
                .isFalse();
        assertThat(isApproved(Samples.ALICE, "client", Samples.REDIRECT_URI, new Scope("more"), Samples.RESOURCE))
                .isFalse();
        assertThat(isApproved(Samples.ALICE, "client", Samples.REDIRECT_URI, Scopes.baseline(), "https://x/mcp"))
                .isFalse();
    }

    @Test
    void anApprovalForSeveralResourcesIsOneForEach() {
        String files = Samples.ISSUER + "/files/mcp";
        approvals.approve(new Approval(
                Samples.ALICE.organization(),
                Samples.ALICE.id(),
                "client",
                Samples.REDIRECT_URI,
                Scopes.baseline(),
                Resources.of(Samples.RESOURCE, files),
                clock.instant().plus(Duration.ofDays(30))));

        for (String resource : List.of(Samples.RESOURCE, files)) {
            assertThat(isApproved(Samples.ALICE, "client", Samples.REDIRECT_URI, Scopes.baseline(), resource))
                    .isTrue();
        }
        assertThat(isApproved(
                        Samples.ALICE, "client", Samples.REDIRECT_URI, Scopes.baseline(), Samples.ISSUER + "/jira/mcp"))
                .isFalse();
    }

    @Test
    void aWithdrawnApprovalIsNone() {
        approvals.withdraw(Samples.ALICE, "client");

        assertThat(isApproved(Samples.ALICE, "client", Samples.REDIRECT_URI, Scopes.baseline(), Samples.RESOURCE))
                .isFalse();
    }

    @Test
    void anApprovalIsBelievedForItsTimeOnly() {
        clock.advance(Duration.ofDays(30));

        assertThat(isApproved(Samples.ALICE, "client", Samples.REDIRECT_URI, Scopes.baseline(), Samples.RESOURCE))
                .isFalse();
    }

    @Test
    void theNewestApprovalReplacesTheOneBefore() {
        approvals.approve(approval(Samples.ALICE, "client", "https://x.example", Scopes.baseline(), Samples.RESOURCE));

        assertThat(isApproved(Samples.ALICE, "client", "https://x.example", Scopes.baseline(), Samples.RESOURCE))
                .isTrue();
        assertThat(isApproved(Samples.ALICE, "client", Samples.REDIRECT_URI, Scopes.baseline(), Samples.RESOURCE))
                .isFalse();
    }

    @Test
    void aWithdrawalIsOfOneClientAlone() {
        approvals.approve(approval(Samples.ALICE, "other", Samples.REDIRECT_URI, Scopes.baseline(), Samples.RESOURCE));
        approvals.withdraw(Samples.ALICE, "client");

        assertThat(isApproved(Samples.ALICE, "other", Samples.REDIRECT_URI, Scopes.baseline(), Samples.RESOURCE))
                .isTrue();
    }

    @Test
    void manyWhoApproveTheSameAtOnceLeaveOneApproval() {
        Race.of(200, () -> {
            approvals.approve(
                    approval(Samples.ALICE, "new", Samples.REDIRECT_URI, Scopes.baseline(), Samples.RESOURCE));
            return true;
        });

        assertThat(isApproved(Samples.ALICE, "new", Samples.REDIRECT_URI, Scopes.baseline(), Samples.RESOURCE))
                .isTrue();
        assertThat(kept.column("SELECT client_id FROM approval WHERE client_id = 'new'"))
                .hasSize(1);
    }

    private boolean isApproved(User user, String client, String redirectUri, Scope scope, String resource) {
        return approvals.isApproved(approval(user, client, redirectUri, scope, resource));
    }

    private Approval approval(User user, String client, String redirectUri, Scope scope, String resource) {
        return new Approval(
                user.organization(),
                user.id(),
                client,
                redirectUri,
                scope,
                Resources.of(resource),
                clock.instant().plus(Duration.ofDays(30)));
    }
}
