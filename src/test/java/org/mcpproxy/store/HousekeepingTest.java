package org.mcpproxy.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mcpproxy.fixture.Refusals.assertRefused;

import java.lang.reflect.Proxy;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.mcpproxy.audit.AuditEvent;
import org.mcpproxy.config.Settings;
import org.mcpproxy.fixture.Samples;
import org.mcpproxy.fixture.ScriptedOkta;
import org.mcpproxy.fixture.SettableClock;
import org.mcpproxy.grant.EndedGrant;
import org.mcpproxy.grant.Grant;
import org.mcpproxy.grant.UpstreamSession;
import org.mcpproxy.grant.UpstreamSessions;
import org.mcpproxy.oauth.Reason;
import org.mcpproxy.oauth.Rejection;
import org.mcpproxy.relay.Sessions;
import org.mcpproxy.system.Waiting;

@OnEachDatabase
class HousekeepingTest {

    private static final Settings SETTINGS = Samples.settings();
    private static final Duration SECOND = Duration.ofSeconds(1);

    private final SettableClock clock = new SettableClock();
    private final List<AuditEvent> audit = new ArrayList<>();
    private final ScriptedOkta okta = new ScriptedOkta(clock);
    private final Databases kind;
    private final Store store;
    private final Kept kept;
    private final RevocationLog revocations;
    private final UpstreamSession session;
    private final Housekeeping housekeeping;

    HousekeepingTest(Databases kind) {
        this.kind = kind;
        store = Store.empty(kind, clock);
        kept = new Kept(store, clock);
        revocations = new RevocationLog(store.database, SETTINGS);
        session = new UpstreamSession(store.upstream, okta, SETTINGS, Samples.RANDOM, clock);
        Chores chores = new Chores(
                store.database, revocations, store.upstream, session, audit::add, SETTINGS, Samples.RANDOM, clock);
        housekeeping = new Housekeeping(chores, leases(), Samples.RANDOM);
    }

    /** Or nothing would. */
    @Test
    void aNodeThatNobodyUsesFindsOutThatTheDatabaseTakesWritesAgain() {
        StoreStatus status = Databases.open();
        Leases leases = new Leases(new Database(kind.empty(), status), clock);
        Housekeeping idle = new Housekeeping(List.of(), leases, "one");

        for (int outage = 0; outage < 3; outage++) {
            status.lost("SQL state 53100");
            idle.round();
            assertThat(status.isLost()).isFalse();
        }
    }

    @Test
    void aSignOnThatNobodyFinishedGoes() {
        insert(
                "pending_authorization (handle_hash, id, browser_hash, client_id, redirect_uri, code_challenge, scope,"
                        + " resource, step, approved, expires_at)",
                "handle",
                "id",
                "browser",
                "client",
                "uri",
                "challenge",
                "mcp",
                "resource",
                "REQUESTED",
                false,
                in(60));

        goesAfter(Duration.ofSeconds(60), "pending_authorization");
    }

    @Test
    void anAssertionThatWasUsedGoesWhenNoNodeTakesItAnyMore() {
        insert("client_assertion (hash, expires_at)", "hash", in(90));

        goesAfter(Duration.ofSeconds(90).plus(Chores.CLOCKS_DIFFER), "client_assertion");
    }

    @Test
    void aProofThatWasUsedGoesWhenNoNodeTakesItAnyMore() {
        insert("used_proof (hash, expires_at)", "hash", in(90));

        goesAfter(Duration.ofSeconds(90).plus(Chores.CLOCKS_DIFFER), "used_proof");
    }

    @Test
    void anAssertionForAUserThatWasUsedGoesWhenNoNodeTakesItAnyMore() {
        insert("used_identity_assertion (hash, expires_at)", "hash", in(90));

        goesAfter(Duration.ofSeconds(90).plus(Chores.CLOCKS_DIFFER), "used_identity_assertion");
    }

    @Test
    void aPushedRequestThatNobodyCameWithGoes() {
        insert("pushed_request (handle_hash, client_id, parameters, expires_at)", "handle", "client", "a=b", in(90));

        goesAfter(Duration.ofSeconds(90), "pushed_request");
    }

    @Test
    void whatADeviceAskedForGoesAnHourAfterItsEnd() {
        store.devices.begin(kept.device("device", "client"));

        goesAfter(Kept.SIGN_ON.plusHours(1), "device_authorization");
    }

    @Test
    void aCodeGoesAnHourAfterItsEnd() {
        store.codes.issue(kept.code("grant", "code"));

        goesAfter(Kept.CODE.plusHours(1), "authorization_code");
    }

    @Test
    void theAnswerForARepeatedRefreshIsErasedAfterTheGrace() {
        store.grants.open(kept.grant("grant"));
        kept.redeemed("grant", "first");
        store.refreshTokens.rotate("first", kept.rotation("answer"), kept.token("grant", "second"));
        clock.advance(
                SETTINGS.lifetimes().refreshGrace().plus(Chores.CLOCKS_DIFFER).minus(SECOND));
        housekeeping.round();
        assertThat(kept.tokens()).containsExactlyInAnyOrder("first", "second");

        clock.advance(SECOND);
        housekeeping.round();
        assertThat(kept.tokens()).containsExactly("second");
    }

    @Test
    void aGrantThatNobodyUsedEndsWithAllThatHangsOnIt() {
        store.grants.open(kept.grant("grant"));
        kept.redeemed("grant", "token");
        session.keep("grant", okta.issue());
        clock.advance(Kept.UNUSED.minus(SECOND));
        housekeeping.round();
        assertThat(kept.tokens()).containsExactly("token");

        clock.advance(SECOND);
        new ExpiredGrants(store.database, revocations, clock).part();
        assertThat(count("access_grant")).isZero();
        assertThat(kept.tokens()).isEmpty();
        assertThat(kept.column("SELECT grant_id FROM revocation")).containsExactly("grant");
        assertThat(revocations.isLive("grant")).isFalse();

        clock.advance(Duration.ofSeconds(30));
        housekeeping.round();
        assertThat(okta.revoked()).hasSize(1);
        assertThat(count("upstream_session")).isZero();
    }

    @Test
    void manyGrantsEndAPartAtATime() {
        for (int number = 0; number < ExpiredGrants.BATCH + 1; number++) {
            store.grants.open(kept.grant("grant-" + number));
        }
        clock.advance(Kept.SIGN_ON);
        ExpiredGrants chore = new ExpiredGrants(store.database, revocations, clock);

        assertThat(chore.part()).isTrue();
        assertThat(count("access_grant")).isEqualTo(1);
        assertThat(chore.part()).isFalse();
        assertThat(count("access_grant")).isZero();
    }

    /** The node that ended the grant died before it could. */
    @Test
    void theOktaSessionOfAnEndedGrantIsRevoked() {
        store.grants.open(kept.grant("grant"));
        session.keep("grant", okta.issue());
        store.grants.end("grant");
        clock.advance(Duration.ofSeconds(29));
        housekeeping.round();
        assertThat(okta.revoked()).isEmpty();

        clock.advance(SECOND);
        housekeeping.round();
        assertThat(okta.revoked()).hasSize(1);
        assertThat(count("upstream_session")).isZero();
    }

    /** Killed there, a node has not forgotten what another is to revoke. */
    @Test
    void whatCouldNotBeForgottenIsRevokedAgain() {
        session.keep("grant", okta.issue());
        endSessions();
        clock.advance(Duration.ofMinutes(1));
        UpstreamSessions dying = (UpstreamSessions) Proxy.newProxyInstance(
                getClass().getClassLoader(), new Class<?>[] {UpstreamSessions.class}, (proxy, method, arguments) -> {
                    if (method.getName().equals("remove")) {
                        throw Rejection.of(Reason.STORE_UNAVAILABLE);
                    }
                    return method.invoke(store.upstream, arguments);
                });
        assertRefused(
                Reason.STORE_UNAVAILABLE,
                () -> new UpstreamSession(dying, okta, SETTINGS, Samples.RANDOM, clock).end("grant"));
        assertThat(okta.revoked()).hasSize(1);

        housekeeping.round();
        assertThat(okta.revoked()).hasSize(2);
        assertThat(count("upstream_session")).isZero();
    }

    @Test
    void theOktaSessionOfALiveGrantStays() {
        store.grants.open(kept.grant("grant"));
        kept.redeemed("grant", "token");
        session.keep("grant", okta.issue());
        clock.advance(Duration.ofDays(20));
        housekeeping.round();

        assertThat(okta.revoked()).isEmpty();
        assertThat(count("upstream_session")).isEqualTo(1);
    }

    @Test
    void ofManyOktaSessionsSomeAreRevokedInARound() {
        for (int number = 0; number < EndedSessions.BATCH + 1; number++) {
            session.keep("grant-" + number, okta.issue());
        }
        endSessions();
        clock.advance(Duration.ofMinutes(1));

        housekeeping.round();
        assertThat(okta.revoked()).hasSize(EndedSessions.BATCH);
        housekeeping.round();
        assertThat(okta.revoked()).hasSize(EndedSessions.BATCH + 1);
    }

    /** Else the sessions of a client with many grants would live on at Okta for days. */
    @Test
    void whileThereAreMoreOktaSessionsTheNextRoundIsSoon() {
        endManySessions(2);

        housekeeping.round();
        assertThat(housekeeping.pause()).isLessThan(SECOND);
        housekeeping.round();
        assertThat(housekeeping.pause()).isLessThan(SECOND);
        housekeeping.round();
        assertThat(housekeeping.pause()).isEqualTo(Housekeeping.INTERVAL);
        assertThat(okta.revoked()).hasSize(2 * EndedSessions.BATCH);
    }

    /** Okta may be slow, and what must not be kept for long would be kept meanwhile. */
    @Test
    void betweenTwoPartsOfTheOktaSessionsAllElseHasItsTurn() {
        endManySessions(3);
        Counted others = new Counted(() -> false);
        Housekeeping both = housekeeping(others, endedSessions());

        both.round();
        both.round();

        assertThat(others.parts).isEqualTo(2);
        assertThat(okta.revoked()).hasSize(2 * EndedSessions.BATCH);
    }

    /** Okta's rate limit is everybody's: whoever signs on needs it too. */
    @Test
    void whileOktaTakesNoMoreNobodyHurries() {
        endManySessions(2);
        AtomicInteger tries = new AtomicInteger();
        okta.duringRevocation(() -> {
            if (tries.incrementAndGet() > 3) {
                throw Rejection.until(Reason.OKTA_UNAVAILABLE, Duration.ofSeconds(30));
            }
        });

        housekeeping.round();

        assertThat(tries).hasValue(4);
        assertThat(housekeeping.pause()).isEqualTo(Housekeeping.INTERVAL);
    }

    /** Or those that can never be revoked would be tried without a pause. */
    @Test
    void afterAFailureNobodyHurries() {
        endManySessions(2);
        AtomicInteger tries = new AtomicInteger();
        okta.duringRevocation(() -> {
            if (tries.incrementAndGet() == 1) {
                throw Rejection.of(Reason.OKTA_REFUSED_PROXY);
            }
        });

        housekeeping.round();

        assertThat(okta.revoked()).hasSize(EndedSessions.BATCH - 1);
        assertThat(housekeeping.pause()).isEqualTo(Housekeeping.INTERVAL);
    }

    /** Each waits for its turn at Okta, and one node at a time asks. */
    @Test
    void twoNodesDoNotRevokeAtOnce() {
        endManySessions(2);
        Housekeeping other = housekeeping(endedSessions());
        okta.duringRevocation(other::round);

        housekeeping(endedSessions()).round();

        assertThat(okta.revoked()).hasSize(EndedSessions.BATCH).doesNotHaveDuplicates();
    }

    private void endManySessions(int batches) {
        for (int number = 0; number < batches * EndedSessions.BATCH; number++) {
            session.keep("grant-" + number, okta.issue());
        }
        endSessions();
        clock.advance(Duration.ofMinutes(1));
    }

    private Chore endedSessions() {
        return new EndedSessions(store.database, store.upstream, session, clock);
    }

    /** In a rolling update nodes of both versions end grants. */
    @Test
    void whatANodeOfTheFirstVersionEndedIsRevokedToo() {
        session.keep("grant", okta.issue());
        store.database.update("UPDATE upstream_session SET ended_at = ?", clock.instant());
        housekeeping.round();
        assertThat(okta.revoked()).isEmpty();

        clock.advance(EndedSessions.OTHERS_TIME);
        housekeeping.round();
        assertThat(okta.revoked()).hasSize(1);
    }

    @Test
    void aMistakeWithOneSessionHoldsNoOtherUp() {
        session.keep("grant-1", okta.issue());
        session.keep("grant-2", okta.issue());
        endSessions();
        AtomicInteger tries = new AtomicInteger();
        okta.duringRevocation(() -> {
            if (tries.getAndIncrement() == 0) {
                throw new IllegalStateException("a mistake");
            }
        });

        housekeeping.round();

        assertThat(okta.revoked()).hasSize(1);
        assertThat(count("upstream_session")).isEqualTo(1);
    }

    @Test
    void whatCouldNotBeRevokedWhileOktaWasAwayIsRevokedLater() {
        for (int number = 0; number < 2; number++) {
            session.keep("grant-" + number, okta.issue());
        }
        endSessions();
        clock.advance(Duration.ofMinutes(1));
        AtomicInteger tries = new AtomicInteger();
        okta.duringRevocation(() -> {
            tries.incrementAndGet();
            throw Rejection.until(Reason.OKTA_UNAVAILABLE, SECOND);
        });
        housekeeping.round();
        assertThat(tries).as("after the first, Okta is known to be away").hasValue(1);
        assertThat(count("upstream_session")).isEqualTo(2);

        okta.duringRevocation(() -> {});
        clock.advance(EndedSessions.NEXT_TRY);
        housekeeping.round();
        assertThat(okta.revoked()).hasSize(2);
        assertThat(count("upstream_session")).isZero();
    }

    /** Such as one that was sealed by a secret that is gone for good. */
    @Test
    void whatCanNeverBeRevokedHoldsTheOthersUpNeitherNowNorForEver() {
        for (int number = 0; number < EndedSessions.BATCH + 1; number++) {
            session.keep("grant-" + number, okta.issue());
        }
        endSessions();
        clock.advance(Duration.ofMinutes(1));
        okta.duringRevocation(() -> {
            throw Rejection.of(Reason.SECRET_KEY_UNKNOWN);
        });
        housekeeping.round();
        okta.duringRevocation(() -> {});
        housekeeping.round();
        assertThat(okta.revoked()).as("the one whose turn had not come").hasSize(1);

        okta.duringRevocation(() -> {
            throw Rejection.of(Reason.SECRET_KEY_UNKNOWN);
        });
        clock.advance(EndedSessions.LONGEST);
        housekeeping.round();
        assertThat(count("upstream_session")).isZero();
    }

    @Test
    void anApprovalGoesWhenItIsNoLongerBelieved() {
        insert(
                "approval (organization, user_id, client_id, redirect_uri, scope, resource, expires_at)",
                "organization",
                "user",
                "client",
                "uri",
                "mcp",
                "resource",
                in(60));

        goesAfter(Duration.ofSeconds(60), "approval");
    }

    @Test
    void anMcpSessionGoesWhenNobodyUsesIt() {
        insert("mcp_session (hash, client_id, used_at)", "hash", "client", in(0));

        goesAfter(Sessions.IDLE, "mcp_session");
    }

    @Test
    void anMcpSessionThatHasEndedGoesWhenNoNodeTakesItForALiveOneAnyMore() {
        insert("mcp_session (hash, client_id, used_at, ended_at)", "hash", "client", in(0), in(0));

        goesAfter(JdbcSessions.ENDED_KEPT, "mcp_session");
    }

    @Test
    void aRevocationGoesAfterAnHour() {
        insert("revocation (grant_id, revoked_at)", "grant", in(0));

        goesAfter(Duration.ofHours(1), "revocation");
    }

    @Test
    void aSigningKeyGoesWhenItsLastTokenHasExpired() {
        insert(
                "signing_key (id, sealed_key, secret_id, created_at, signs_from, verifies_until)",
                "old",
                new byte[0],
                "unknown",
                in(0),
                in(0),
                in(60));

        goesAfter(Duration.ofSeconds(60), "signing_key");
    }

    @Test
    void theLastSigningKeyStays() {
        insert(
                "signing_key (id, sealed_key, secret_id, created_at, signs_from)",
                "last",
                new byte[0],
                "unknown",
                in(0),
                in(0));
        clock.advance(Duration.ofDays(1_000));
        housekeeping.round();

        assertThat(count("signing_key")).isEqualTo(1);
    }

    @Test
    void aClientThatNobodyGrantedAnythingGoes() {
        store.clients.add(Samples.client("client"));

        goesAfter(Duration.ofDays(7), "client");
    }

    @Test
    void aClientWithALiveGrantNeverGoes() {
        store.clients.add(Samples.client("client"));
        store.grants.open(kept.grant("grant"));
        store.database.update(
                "UPDATE access_grant SET expires_at = ?",
                in(Duration.ofDays(400).toSeconds()));
        for (int month = 0; month < 12; month++) {
            clock.advance(Duration.ofDays(30));
            housekeeping.round();
        }
        assertThat(store.clients.find("client")).isPresent();

        store.grants.end("grant");
        clock.advance(Duration.ofDays(8));
        housekeeping.round();
        assertThat(store.clients.find("client")).isEmpty();
    }

    /** Its time is over, and somebody grants it something at this very moment. */
    @Test
    void aClientThatIsGrantedSomethingMeanwhileStays() throws InterruptedException {
        store.clients.add(Samples.client("client"));
        clock.advance(Duration.ofDays(7));
        Thread chore = new Thread(new UnusedClients(store.database, clock)::part);
        store.database.inTransaction(handle -> {
            handle.execute("UPDATE client SET kept_until = ? WHERE id = ?", in(60), "client");
            chore.start();
            awaitThatOneWaits();
            return null;
        });
        chore.join();

        assertThat(store.clients.find("client")).isPresent();
    }

    /** Else a thousand clients in use would hide the one behind them for ever. */
    @Test
    void clientsThatStayDoNotStandBeforeThoseThatGo() {
        for (int number = 0; number < UnusedClients.BATCH; number++) {
            insertClient("used-" + number, in(number));
            insertGrant("grant-" + number, "used-" + number);
        }
        insertClient("unused", in(UnusedClients.BATCH));
        clock.advance(Duration.ofDays(7));
        UnusedClients chore = new UnusedClients(store.database, clock);

        assertThat(chore.part()).isTrue();
        assertThat(chore.part()).isFalse();
        assertThat(count("client")).isEqualTo(UnusedClients.BATCH);
        assertThat(store.clients.find("unused")).isEmpty();
    }

    @Test
    void manyRowsGoInBatches() {
        for (int number = 0; number < Deletion.BATCH + 1; number++) {
            insert("mcp_session (hash, client_id, used_at)", "hash-" + number, "client", in(0));
        }
        Deletion chore = new Deletion(store.database, clock, "mcp_session", List.of("hash"), "used_at", Duration.ZERO);

        assertThat(chore.part()).isTrue();
        assertThat(count("mcp_session")).isEqualTo(1);
        assertThat(chore.part()).isFalse();
        assertThat(count("mcp_session")).isZero();
    }

    /** Rows that came in no order. */
    @Test
    void thePartThatGoesIsTheOldest() {
        int rows = 3 * Deletion.BATCH;
        for (int number = 0; number < rows; number++) {
            insert("mcp_session (hash, client_id, used_at)", "hash-" + number, "client", in(-(number * 7L % rows)));
        }
        Deletion chore = new Deletion(store.database, clock, "mcp_session", List.of("hash"), "used_at", Duration.ZERO);

        assertThat(chore.part()).isTrue();
        assertThat(count("mcp_session")).isEqualTo(rows - Deletion.BATCH);
        assertThat(count("mcp_session WHERE used_at < '" + in(1L + Deletion.BATCH - rows) + "'"))
                .isZero();
    }

    /** Its key has several columns. */
    @Test
    void noMoreApprovalsGoAtOnceThanAPart() {
        int rows = 3 * Deletion.BATCH;
        for (int number = 0; number < rows; number++) {
            insert(
                    "approval (organization, user_id, client_id, redirect_uri, scope, resource, expires_at)",
                    "organization",
                    "user-" + number % 10,
                    "client-" + number,
                    "uri",
                    "mcp",
                    "resource",
                    in(-(number * 7L % rows)));
        }
        List<String> key = List.of("organization", "user_id", "client_id");
        Deletion chore = new Deletion(store.database, clock, "approval", key, "expires_at", Duration.ZERO);

        assertThat(chore.part()).isTrue();
        assertThat(count("approval")).isEqualTo(rows - Deletion.BATCH);
        assertThat(count("approval WHERE expires_at < '" + in(1L + Deletion.BATCH - rows) + "'"))
                .isZero();
    }

    /** A transaction of ours may hold it while the chore waits; it must not go by what it was. */
    @Test
    void aRowWhoseTimeIsPutOffMeanwhileStays() throws InterruptedException {
        insert("mcp_session (hash, client_id, used_at)", "hash", "client", in(0));
        clock.advance(SECOND);
        Thread chore = new Thread(
                new Deletion(store.database, clock, "mcp_session", List.of("hash"), "used_at", Duration.ZERO)::part);
        store.database.inTransaction(handle -> {
            handle.execute("UPDATE mcp_session SET used_at = ? WHERE hash = ?", in(60), "hash");
            chore.start();
            awaitThatOneWaits();
            return null;
        });
        chore.join();

        assertThat(count("mcp_session")).isEqualTo(1);
    }

    @Test
    void noMoreUnusedClientsGoAtOnceThanAPart() {
        int rows = 3 * UnusedClients.BATCH;
        for (int number = 0; number < rows; number++) {
            insertClient("client-" + number, in(-(number * 7L % rows)));
        }

        assertThat(new UnusedClients(store.database, clock).part()).isTrue();
        assertThat(count("client")).isEqualTo(rows - UnusedClients.BATCH);
    }

    @Test
    void aRoundIsBoundedHoweverMuchThereIs() {
        Counted endless = new Counted(() -> true);
        housekeeping(endless).round();

        assertThat(endless.parts).isEqualTo(Housekeeping.MOST_PARTS);
    }

    /** Else the store grows faster than it is tidied up, where many refresh. */
    @Test
    void whereARoundLeavesSomethingTheNextIsSoon() {
        Housekeeping busy = housekeeping(new Counted(() -> true), new Counted(() -> false));
        busy.round();
        assertThat(busy.pause()).isLessThan(Duration.ofSeconds(1));

        Housekeeping idle = housekeeping(new Counted(() -> false));
        idle.round();
        assertThat(idle.pause()).isEqualTo(Housekeeping.INTERVAL);
    }

    @Test
    void whatFailsDoesNotKeepTheRestFromBeingDone() {
        Counted rest = new Counted(() -> false);
        housekeeping(
                        new Counted(() -> {
                            throw new IllegalStateException("wrong");
                        }),
                        new Counted(() -> {
                            throw Rejection.of(Reason.OKTA_UNAVAILABLE);
                        }),
                        rest)
                .round();

        assertThat(rest.parts).isEqualTo(1);
    }

    @Test
    void oneNodeAtATimeDoesIt() {
        Counted others = new Counted(() -> false);
        Housekeeping other = housekeeping(others);
        housekeeping(new Counted(() -> {
                    other.round();
                    return false;
                }))
                .round();
        assertThat(others.parts).isZero();

        other.round();
        assertThat(others.parts).isEqualTo(1);
    }

    @Test
    void aNodeThatDiesAtItHoldsTheOthersUpForMinutes() {
        Counted others = new Counted(() -> false);
        leases().tryAcquire("housekeeping", "the dead", Duration.ofMinutes(2));
        housekeeping(others).round();
        assertThat(others.parts).isZero();

        clock.advance(Duration.ofMinutes(2));
        housekeeping(others).round();
        assertThat(others.parts).isEqualTo(1);
    }

    /** The attack: to go on by a grant that a node had no time to end when its client went. */
    @Test
    void whatIsLeftOfAClientThatWentIsOfNoUseAndEnds() {
        store.clients.add(Samples.client("client").managedBy("token"));
        for (int i = 0; i < 150; i++) {
            store.grants.open(kept.grant("grant-" + i));
        }
        LosableDatabase losable = new LosableDatabase();
        Database database = losable.over(store.source());
        losable.loseAfter(4);

        List<EndedGrant> ended = new ArrayList<>();
        new JdbcRegistrations(database, revocations, clock).remove("client", "token", ended::addAll);

        assertThat(ended).hasSize(150);
        assertThat(count("access_grant")).isEqualTo(50);
        assertThat(count("revocation")).as("told to every node").isEqualTo(150);
        SettableClock behind = new SettableClock();
        behind.advance(Duration.ofHours(-1));
        for (Store node : List.of(store, store.beside(behind))) {
            assertThat(ended).allMatch(grant -> node.grants.find(grant.id()).isEmpty());
            assertThat(ended).noneMatch(grant -> node.grants.end(grant.id()));
        }
        housekeeping.round();
        assertThat(count("access_grant")).isZero();
        assertThat(count("revocation")).isEqualTo(150);
    }

    @Test
    void aLostDatabaseIsNotOurs() {
        LosableDatabase losable = new LosableDatabase();
        Database database = losable.over(Databases.H2.empty());
        losable.lose();

        assertRefused(Reason.STORE_UNAVAILABLE, new Housekeeping(List.of(), new Leases(database, clock), "one")::round);
    }

    private void goesAfter(Duration time, String table) {
        clock.advance(time.minus(SECOND));
        housekeeping.round();
        assertThat(count(table)).isEqualTo(1);

        clock.advance(SECOND);
        housekeeping.round();
        assertThat(count(table)).isZero();
    }

    private Housekeeping housekeeping(Chore... chores) {
        return new Housekeeping(
                List.of(chores), leases(), "node-" + kept.numbers().incrementAndGet());
    }

    private Leases leases() {
        return new Leases(store.database, clock);
    }

    private Instant in(long seconds) {
        return clock.instant().plusSeconds(seconds);
    }

    private void insertClient(String id, Instant keptUntil) {
        insert(
                "client (id, redirect_uris, authentication_method, grant_types, scope, registered_at, granted,"
                        + " kept_until)",
                id,
                "[]",
                "none",
                "[]",
                "mcp",
                in(0),
                true,
                keptUntil);
    }

    private void insertGrant(String id, String clientId) {
        Grant grant = kept.grant(id);
        insert(
                "access_grant (id, client_id, organization, user_id, user_groups, scope, resource, opened_at,"
                        + " expires_at)",
                id,
                clientId,
                grant.user().organization(),
                grant.user().id(),
                "[]",
                "mcp",
                grant.resources().toString(),
                in(0),
                in(Duration.ofDays(30).toSeconds()));
    }

    /** Until a statement waits for a row that another transaction holds. */
    private void awaitThatOneWaits() {
        String waiting = kind == Databases.H2
                ? "SELECT COUNT(*) FROM information_schema.sessions WHERE blocker_id IS NOT NULL"
                : "SELECT COUNT(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'";
        Waiting.until("a statement waits", Duration.ofSeconds(30), () -> number(waiting) > 0);
    }

    private void insert(String tableAndColumns, Object... values) {
        String places = Stream.of(values).map(value -> "?").collect(Collectors.joining(", "));
        store.database.update("INSERT INTO " + tableAndColumns + " VALUES (" + places + ")", values);
    }

    private int count(String table) {
        return number("SELECT COUNT(*) FROM " + table);
    }

    private int number(String sql) {
        return store.database.with(
                handle -> handle.select(sql).mapTo(Integer.class).one());
    }

    private void endSessions() {
        store.database.update(
                "UPDATE upstream_session SET ended_at = ?, revoke_after = ?", clock.instant(), clock.instant());
    }

    private static final class Counted implements Chore {

        private final BooleanSupplier work;

        private int parts;

        Counted(BooleanSupplier work) {
            this.work = work;
        }

        @Override
        public String name() {
            return "counted";
        }

        @Override
        public boolean part() {
            parts++;
            return work.getAsBoolean();
        }
    }
}
