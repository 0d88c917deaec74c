package org.mcpproxy.store;

import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.oauth2.sdk.GrantType;
import com.nimbusds.oauth2.sdk.auth.ClientAuthenticationMethod;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.mcpproxy.authorization.ClientRequest;
import org.mcpproxy.authorization.PendingAuthorization;
import org.mcpproxy.authorization.PendingAuthorization.Step;
import org.mcpproxy.authorization.PushedRequest;
import org.mcpproxy.client.Client;
import org.mcpproxy.fixture.Race;
import org.mcpproxy.fixture.Samples;
import org.mcpproxy.fixture.SettableClock;
import org.mcpproxy.grant.Approvals.Approval;
import org.mcpproxy.grant.AuthorizationCode;
import org.mcpproxy.grant.DeviceAuthorization.Decision;
import org.mcpproxy.grant.EndedGrant;
import org.mcpproxy.grant.Grant;
import org.mcpproxy.grant.Registrations;
import org.mcpproxy.oauth.Scopes;

@OnEachDatabase
class RegistrationsContractTest {

    private static final String OTHER = "other";

    private final SettableClock clock = new SettableClock();
    private final Store store;
    private final Registrations registrations;
    private final Kept kept;
    private final Client client = Samples.client("client").managedBy("token");

    RegistrationsContractTest(Databases kind) {
        store = Store.empty(kind, clock);
        registrations = store.registrations;
        kept = new Kept(store, clock);
    }

    @BeforeEach
    void register() {
        store.clients.add(client);
        store.clients.add(Samples.client(OTHER).managedBy("other-token"));
    }

    @Test
    void theTokenIsKeptWithTheClient() {
        assertThat(store.clients.find("client")).contains(client);
    }

    @Test
    void aTokenIsUsedOnceAndItsSuccessorTakesItsPlace() {
        assertThat(registrations.rotate("client", "token", "next")).isTrue();

        assertThat(registrations.rotate("client", "token", "another")).isFalse();
        assertThat(store.clients.find("client")).contains(client.managedBy("next"));
    }

    @Test
    void neitherAWrongTokenNorThatOfAnotherClientChangesAnything() {
        signOn("client");
        for (String token : List.of("wrong", "other-token", "")) {
            assertThat(registrations.rotate("client", token, "next")).isFalse();
            assertThat(replace(moved("next"), token, true)).isEmpty();
            assertThat(remove("client", token)).isEmpty();
        }

        assertThat(remove("unknown", "token")).isEmpty();
        assertThat(store.clients.find("client")).contains(client);
        assertThat(all("client"))
                .containsExactly("pushed", "device", "pending", "code", "approval", "grant", "refresh token");
    }

    /** As all are that registered before there were such tokens. */
    @Test
    void aClientWithoutATokenIsManagedByNobody() {
        store.clients.add(Samples.client("older"));

        assertThat(registrations.rotate("older", "", "next")).isFalse();
        assertThat(remove("older", "null")).isEmpty();
        assertThat(store.clients.find("older")).contains(Samples.client("older"));
    }

    @Test
    void newMetadataTakeThePlaceOfAllTheOldOnes() {
        Client changed = new Client(
                        "client",
                        Optional.empty(),
                        List.of("https://app.example/other", "cursor://callback"),
                        ClientAuthenticationMethod.CLIENT_SECRET_POST,
                        Optional.of("secret"),
                        Set.of(GrantType.AUTHORIZATION_CODE),
                        Scopes.baseline(),
                        client.registeredAt())
                .managedBy("next")
                .binding(true);

        assertThat(replace(changed, "token", false)).contains(List.of());

        assertThat(store.clients.find("client")).contains(changed);
        assertThat(store.clients.find(OTHER)).contains(Samples.client(OTHER).managedBy("other-token"));
    }

    @Test
    void whatWasBegunUnderOldMetadataIsForgottenAndLiveGrantsGoOn() {
        signOn("client");
        signOn(OTHER);

        replace(moved("next"), "token", false);

        assertThat(all("client")).containsExactly("grant", "refresh token");
        assertThat(all(OTHER))
                .containsExactly("pushed", "device", "pending", "code", "approval", "grant", "refresh token");
    }

    @Test
    void grantsEndWithOldMetadataWhereThatIsAsked() {
        signOn("client");
        signOn(OTHER);

        assertThat(replace(moved("next"), "token", true)).contains(List.of(ended("client")));

        assertThat(all("client")).isEmpty();
        assertThat(store.clients.find("client")).isPresent();
        assertThat(all(OTHER)).hasSize(7);
    }

    @Test
    void aClientGoesWithAllThatHangsOnItAndEveryNodeIsTold() {
        signOn("client");
        signOn(OTHER);

        assertThat(remove("client", "token")).contains(List.of(ended("client")));

        assertThat(store.clients.find("client")).isEmpty();
        assertThat(all("client")).isEmpty();
        assertThat(kept.column("SELECT grant_id FROM revocation")).containsExactly("grant of client");
        assertThat(kept.column("SELECT grant_id FROM upstream_session WHERE ended_at IS NOT NULL"))
                .containsExactly("grant of client");
        assertThat(all(OTHER)).hasSize(7);
        assertThat(remove("client", "token")).isEmpty();
    }

    /** That it comes again is still to be known. */
    @Test
    void aCodeThatWasRedeemedStays() {
        signOn("client");

        remove("client", "token");

        assertThat(store.codes.find("redeemed of client").orElseThrow().consumed())
                .isTrue();
    }

    /** That it comes again, too. */
    @Test
    void aDeviceCodeThatWasRedeemedStays() {
        signOn("client");
        store.devices.begin(kept.device("redeemed", "client"));
        store.devices.allow("redeemed", "grant of client");
        store.devices.redeem(
                store.devices.find("redeemed").orElseThrow(),
                Optional.empty(),
                clock.instant().plus(Kept.UNUSED));

        replace(moved("next"), "token", false);
        assertThat(store.devices.find("redeemed").orElseThrow().decision()).isEqualTo(Decision.REDEEMED);
        remove("client", "next");
        assertThat(store.devices.find("redeemed").orElseThrow().decision()).isEqualTo(Decision.REDEEMED);
    }

    /** Nobody ended it, so the audit does not tell of it. */
    @Test
    void aGrantThatHadExpiredByItselfDoesNotEndWithItsClient() {
        store.grants.open(grant("expired", "client"));
        clock.advance(Kept.SIGN_ON);
        store.grants.open(grant("live", "client"));

        assertThat(remove("client", "token")).contains(List.of(new EndedGrant("live", Samples.ALICE.id())));
    }

    @Test
    void ofManyWhoComeWithOneTokenAtOnceOneIsFirst() {
        List<Boolean> first = Race.of(100, () -> {
            int number = kept.numbers().incrementAndGet();
            return switch (number % 3) {
                case 0 -> registrations.rotate("client", "token", "read-" + number);
                case 1 -> replace(moved("updated-" + number), "token", true).isPresent();
                default -> remove("client", "token").isPresent();
            };
        });

        assertThat(first).containsOnlyOnce(true);
    }

    @Test
    void noRefreshTokenOutlivesAClientThatGoesWhileItsCodesAreRedeemed() {
        for (int i = 0; i < 20; i++) {
            Grant grant = grant("grant-" + i, "client");
            store.grants.open(grant);
            store.codes.issue(code("code-" + i, grant));
        }

        Race.of(21, () -> {
            int number = kept.numbers().getAndIncrement();
            return number == 20 ? remove("client", "token").isPresent() : redeemed("grant-" + number, "code-" + number);
        });

        assertThat(kept.tokens()).isEmpty();
        assertThat(kept.column("SELECT id FROM access_grant")).isEmpty();
        assertThat(kept.column("SELECT grant_id FROM revocation")).hasSize(20);
    }

    @Test
    void ofMoreGrantsThanEndInOneTransactionAllEnd() {
        for (int i = 0; i < 250; i++) {
            store.grants.open(grant("grant-" + i, "client"));
        }
        store.grants.open(grant("of another", OTHER));

        List<EndedGrant> ended = remove("client", "token").orElseThrow();

        assertThat(ended).hasSize(250).doesNotHaveDuplicates();
        assertThat(kept.column("SELECT id FROM access_grant")).containsExactly("of another");
        assertThat(kept.column("SELECT grant_id FROM revocation")).hasSize(250).doesNotContain("of another");
    }

    /** A node that had no time to end what it told all others of lets nobody in by it; its row is left for housekeeping. */
    @Test
    void whatExpiredWithOldMetadataIsToldOnce() {
        store.grants.open(grant("left", "client"));
        LosableDatabase losable = new LosableDatabase();
        Database database = losable.over(store.source());
        losable.loseAfter(1);
        RevocationLog revocations = new RevocationLog(database, Samples.settings());

        List<EndedGrant> ended = new ArrayList<>();
        assertThat(new JdbcRegistrations(database, revocations, clock)
                        .replaceWithGrants(moved("next"), "token", ended::addAll))
                .isTrue();

        assertThat(ended).containsExactly(new EndedGrant("left", Samples.ALICE.id()));

        assertThat(kept.column("SELECT id FROM access_grant")).containsExactly("left");
        assertThat(revocations.isLive("left")).isFalse();
        assertThat(remove("client", "next")).hasValue(List.of());
        assertThat(kept.column("SELECT grant_id FROM revocation")).containsExactly("left");
    }

    /** So that the audit tells of it once. */
    @Test
    void aGrantThatAnotherEndsWhileItsClientGoesEndsOnce() {
        for (int i = 0; i < 20; i++) {
            store.grants.open(grant("grant-" + i, "client"));
        }

        List<Integer> ended = Race.of(21, () -> {
            int number = kept.numbers().getAndIncrement();
            return number == 10
                    ? remove("client", "token").orElseThrow().size()
                    : store.grants.end("grant-" + (number % 20)) ? 1 : 0;
        });

        assertThat(ended.stream().mapToInt(Integer::intValue).sum()).isEqualTo(20);
    }

    private Optional<List<EndedGrant>> remove(String clientId, String token) {
        return told(ended -> registrations.remove(clientId, token, ended));
    }

    private Optional<List<EndedGrant>> replace(Client changed, String token, boolean endsGrants) {
        return told(ended -> endsGrants
                ? registrations.replaceWithGrants(changed, token, ended)
                : registrations.replace(changed, token));
    }

    /** What a change tells has ended; empty where there was none. */
    private static Optional<List<EndedGrant>> told(Predicate<Consumer<List<EndedGrant>>> change) {
        List<EndedGrant> ended = new ArrayList<>();
        return change.test(ended::addAll) ? Optional.of(ended) : Optional.empty();
    }

    private boolean redeemed(String grant, String code) {
        try {
            return kept.redeem(store.codes.find(code).orElseThrow(), "first of " + grant);
        } catch (RuntimeException refused) {
            return false;
        }
    }

    private static Client moved(String token) {
        return Samples.client("client", "https://app.example/elsewhere").managedBy(token);
    }

    private static EndedGrant ended(String clientId) {
        return new EndedGrant("grant of " + clientId, Samples.ALICE.id());
    }

    /** One sign-on under way, one with a code that nobody has redeemed, and one that is complete. */
    private void signOn(String clientId) {
        Grant grant = grant("grant of " + clientId, clientId);
        store.pushed.save(new PushedRequest(
                "pushed of " + clientId,
                clientId,
                Samples.parameters("client_id", clientId),
                clock.instant().plusSeconds(90)));
        store.devices.begin(kept.device("device of " + clientId, clientId));
        store.pendings.save(pending(clientId));
        store.grants.open(grant);
        store.upstream.save(grant.id(), Kept.sealed("tokens"));
        store.codes.issue(code("code of " + clientId, grant));
        AuthorizationCode redeemed = code("redeemed of " + clientId, grant);
        store.codes.issue(redeemed);
        kept.redeem(redeemed, "first of " + clientId);
        store.approvals.approve(approval(clientId));
    }

    /** What there is of a client. */
    private List<String> all(String clientId) {
        List<String> all = new ArrayList<>();
        store.pushed.find("pushed of " + clientId, clientId).ifPresent(pushed -> all.add("pushed"));
        store.devices.find("device of " + clientId).ifPresent(device -> all.add("device"));
        store.pendings.find("handle of " + clientId).ifPresent(pending -> all.add("pending"));
        store.codes.find("code of " + clientId).ifPresent(code -> all.add("code"));
        if (store.approvals.isApproved(approval(clientId))) {
            all.add("approval");
        }
        store.grants.find("grant of " + clientId).ifPresent(grant -> all.add("grant"));
        store.refreshTokens.find("first of " + clientId).ifPresent(token -> all.add("refresh token"));
        return all;
    }

    private PendingAuthorization pending(String clientId) {
        return new PendingAuthorization(
                "id",
                "handle of " + clientId,
                "browser",
                new ClientRequest(
                        clientId,
                        Samples.REDIRECT_URI,
                        Optional.empty(),
                        "challenge",
                        Scopes.offered(),
                        Samples.RESOURCES),
                Step.OKTA,
                true,
                Optional.empty(),
                Optional.empty(),
                clock.instant().plus(Kept.SIGN_ON));
    }

    private Approval approval(String clientId) {
        return new Approval(
                Samples.ALICE.organization(),
                Samples.ALICE.id(),
                clientId,
                Samples.REDIRECT_URI,
                Scopes.offered(),
                Samples.RESOURCES,
                clock.instant().plus(Kept.UNUSED));
    }

    private Grant grant(String id, String clientId) {
        return new Grant(
                id,
                clientId,
                Samples.ALICE,
                Scopes.offered(),
                Samples.RESOURCES,
                clock.instant(),
                clock.instant().plus(Kept.SIGN_ON));
    }

    private AuthorizationCode code(String hash, Grant grant) {
        return new AuthorizationCode(
                hash,
                grant.id(),
                grant.clientId(),
                Samples.REDIRECT_URI,
                "challenge",
                Optional.empty(),
                Optional.empty(),
                clock.instant().plus(Kept.CODE),
                false);
    }
}
