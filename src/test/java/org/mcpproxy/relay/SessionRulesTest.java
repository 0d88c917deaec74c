package org.mcpproxy.relay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.mcpproxy.fixture.Refusals.assertRefused;

import com.nimbusds.oauth2.sdk.Scope;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.mcpproxy.fixture.Samples;
import org.mcpproxy.fixture.SettableClock;
import org.mcpproxy.oauth.Reason;
import org.mcpproxy.oauth.Rejection;
import org.mcpproxy.store.Store;

class SessionRulesTest {

    private static final Caller ALICE = caller("alice", "inspector");
    private static final Optional<String> SESSION = Optional.of("s");
    private static final List<Header> OPENED = List.of(new Header("mcp-session-id", "s"));

    private final SessionRules rules = new SessionRules(Store.empty(new SettableClock()).sessions, Samples.settings());

    @Test
    void theOwnerMayUseASession() {
        note("POST", Optional.empty(), ALICE, 200, OPENED);
        assertThatCode(() -> rules.require(request("POST", SESSION, ALICE))).doesNotThrowAnyException();
    }

    @Test
    void anotherUserAnotherClientAndAServiceOfTheSameNameMayNot() {
        note("POST", Optional.empty(), ALICE, 200, OPENED);
        refused(caller("bob", "inspector"));
        refused(caller("alice", "cursor"));
        refused(new Caller(Optional.empty(), "inspector", new Scope(), Optional.empty(), Instant.MAX));
    }

    @Test
    void aSessionThatNeverWasIsUnknown() {
        refused(ALICE);
    }

    @Test
    void aFailedAnswerOpensNoSession() {
        note("POST", Optional.empty(), ALICE, 400, OPENED);
        refused(ALICE);
    }

    @Test
    void aSessionEndsWhenItIsDeletedOrTheBackendKnowsItNoMore() {
        for (String method : List.of("DELETE", "POST")) {
            note("POST", Optional.empty(), ALICE, 200, OPENED);
            note(method, SESSION, ALICE, method.equals("DELETE") ? 204 : 404, List.of());
            refused(ALICE);
        }
    }

    @Test
    void aDeletionThatTheBackendRefusesEndsNothing() {
        note("POST", Optional.empty(), ALICE, 200, OPENED);
        note("DELETE", SESSION, ALICE, 405, List.of());
        assertThatCode(() -> rules.require(request("POST", SESSION, ALICE))).doesNotThrowAnyException();
    }

    @Test
    void aSessionOfAnotherIsNotHandedOut() {
        note("POST", Optional.empty(), ALICE, 200, OPENED);
        assertThatThrownBy(() -> note("POST", Optional.empty(), caller("bob", "inspector"), 200, OPENED))
                .hasMessage(Reason.BACKEND_ANSWER_INVALID.name());
        assertThatCode(() -> rules.require(request("POST", SESSION, ALICE))).doesNotThrowAnyException();
    }

    @Test
    void noSessionIsAskedForWhereNoneIsNamed() {
        assertThatCode(() -> rules.require(request("POST", Optional.empty(), ALICE)))
                .doesNotThrowAnyException();
    }

    @Test
    void mostAnswersSayNothingNewOfSessions() {
        assertThat(rules.news(request("POST", SESSION, ALICE), 200, OPENED)).isEmpty();
        assertThat(rules.news(request("POST", SESSION, ALICE), 200, List.of())).isEmpty();
        assertThat(rules.news(request("POST", Optional.empty(), ALICE), 404, List.of()))
                .isEmpty();
    }

    /** A backend may hand out another in place of the one that was named. */
    @Test
    void aSessionThatWasNotAskedForIsNew() {
        note("POST", Optional.of("former"), ALICE, 200, OPENED);
        assertThatCode(() -> rules.require(request("POST", SESSION, ALICE))).doesNotThrowAnyException();
    }

    /** It ages out by itself. */
    @Test
    void aSessionThatEndsWhileTheStoreIsAwayEndsWithoutIt() {
        SessionRules rules = new SessionRules(new Failing(Reason.STORE_UNAVAILABLE), Samples.settings());

        for (String method : List.of("DELETE", "POST")) {
            Runnable news = rules.news(request(method, SESSION, ALICE), method.equals("DELETE") ? 204 : 404, List.of())
                    .orElseThrow();
            assertThatCode(news::run).doesNotThrowAnyException();
        }
    }

    @Test
    void noOtherFailureAtTheEndOfASessionIsPassedOver() {
        SessionRules rules = new SessionRules(new Failing(Reason.INTERNAL_ERROR), Samples.settings());

        Runnable news =
                rules.news(request("DELETE", SESSION, ALICE), 204, List.of()).orElseThrow();
        assertRefused(Reason.INTERNAL_ERROR, news::run);
    }

    /** Its owner could not use it. */
    @Test
    void aSessionIsNotOpenedWhileTheStoreIsAway() {
        SessionRules rules = new SessionRules(new Failing(Reason.STORE_UNAVAILABLE), Samples.settings());

        Runnable news = rules.news(request("POST", Optional.empty(), ALICE), 200, OPENED)
                .orElseThrow();
        assertRefused(Reason.STORE_UNAVAILABLE, news::run);
    }

    private void note(String method, Optional<String> asked, Caller caller, int status, List<Header> headers) {
        rules.news(request(method, asked, caller), status, headers).ifPresent(Runnable::run);
    }

    /** Two backends may choose the same ids, and must not get at each other's sessions through us. */
    @Test
    void aSessionIsThatOfItsBackend() {
        note("POST", Optional.empty(), ALICE, 200, OPENED);

        RelayRequest files = request("POST", SESSION, ALICE, Endpoints.named("files"));
        assertRefused(Reason.SESSION_UNKNOWN, () -> rules.require(files));

        RelayRequest opening = request("POST", Optional.empty(), caller("bob", "cursor"), Endpoints.named("files"));
        rules.news(opening, 200, OPENED).orElseThrow().run();
        assertRefused(Reason.SESSION_UNKNOWN, () -> rules.require(files));
        assertThatCode(() -> rules.require(request("POST", SESSION, ALICE))).doesNotThrowAnyException();
        assertRefused(
                Reason.SESSION_UNKNOWN,
                () -> rules.require(request("POST", Optional.of("files s"), caller("bob", "cursor"))));
    }

    /** A backend that every node reaches needs no particular node. */
    @Test
    void aSessionOfABackendOnTheNetworkIsNowhereElse() {
        note("POST", Optional.empty(), ALICE, 200, OPENED);
        assertThat(rules.elsewhere(request("POST", SESSION, ALICE))).isEmpty();
    }

    private void refused(Caller caller) {
        assertThatThrownBy(() -> rules.require(request("POST", SESSION, caller)))
                .hasMessage(Reason.SESSION_UNKNOWN.name());
    }

    private static RelayRequest request(String method, Optional<String> session, Caller caller) {
        return request(method, session, caller, Endpoints.standard());
    }

    private static RelayRequest request(String method, Optional<String> session, Caller caller, McpEndpoint endpoint) {
        List<Header> headers =
                session.map(id -> List.of(new Header("Mcp-Session-Id", id))).orElse(List.of());
        return new RelayRequest(
                Samples.TRAIL,
                endpoint,
                caller,
                method,
                Era.LEGACY,
                McpHeaders.of(headers),
                headers,
                Optional.empty(),
                0);
    }

    private static Caller caller(String user, String client) {
        return new Caller(Optional.of(user), client, new Scope("mcp"), Optional.of("g"), Instant.MAX);
    }

    private record Failing(Reason reason) implements Sessions {

        @Override
        public boolean isKnown(String sessionId) {
            return false;
        }

        @Override
        public boolean opened(String sessionId, McpSession session) {
            throw Rejection.of(reason);
        }

        @Override
        public Optional<McpSession> find(String sessionId) {
            throw Rejection.of(reason);
        }

        @Override
        public void closed(String sessionId) {
            throw Rejection.of(reason);
        }
    }
}
