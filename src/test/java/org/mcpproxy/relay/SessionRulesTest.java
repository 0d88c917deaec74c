package org.mcpproxy.relay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.mcpproxy.fixture.Refusals.assertRefused;

import com.nimbusds.oauth2.sdk.Scope;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.mcpproxy.config.Backend;
import org.mcpproxy.config.BackendCredential;
import org.mcpproxy.config.BackendTransport;
import org.mcpproxy.config.Backends;
import org.mcpproxy.config.StdioCommand;
import org.mcpproxy.fixture.Samples;
import org.mcpproxy.fixture.SettableClock;
import org.mcpproxy.oauth.Reason;
import org.mcpproxy.oauth.Rejection;
import org.mcpproxy.store.Store;

class SessionRulesTest {

    private static final Caller ALICE = caller("alice", "inspector");
    private static final Caller BOB = caller("bob", "inspector");
    /** For which a node remembers an owner. */
    private static final Duration A_MOMENT = Duration.ofSeconds(30);

    private static final Optional<String> SESSION = Optional.of("s");
    private static final List<Header> OPENED = List.of(new Header("mcp-session-id", "s"));

    private static final SessionNames NAMES = new SessionNames(Samples.settings(), Samples.RANDOM);

    private final SettableClock clock = new SettableClock();
    private final Store store = Store.empty(clock);
    private final Sessions sessions = store.sessions;
    private final SessionRules rules = new SessionRules(sessions, NAMES, Samples.settings(), clock);
    private final SessionRules otherNode =
            new SessionRules(store.beside(clock).sessions, NAMES, Samples.settings(), clock);
    private final SessionRules away = failing(Reason.STORE_UNAVAILABLE);

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

    /** Servers without a stream answer so, where they route by the method. */
    @Test
    void aStreamThatIsNotFoundEndsNothing() {
        note("POST", Optional.empty(), ALICE, 200, OPENED);
        note("GET", SESSION, ALICE, 404, List.of());
        assertThatCode(() -> rules.require(request("POST", SESSION, ALICE))).doesNotThrowAnyException();
    }

    /** The backend has begun it anew for Bob, or muddles them up: neither must get at what is in it. */
    @Test
    void aSessionOfAnotherIsNotHandedOutAndEnds() {
        String name = opened(rules, ALICE);

        assertRefused(Reason.BACKEND_ANSWER_INVALID, () -> opened(otherNode, BOB));

        clock.advance(A_MOMENT);
        for (SessionRules node : List.of(rules, otherNode)) {
            assertRefused(Reason.SESSION_UNKNOWN, () -> node.require(read(name, ALICE)));
        }
    }

    /** The attack: to keep one's name of a session that has ended until the backend, begun anew, gives its id to another. */
    @Test
    void whenAnIdIsAnothersItsFormerOwnersNamePassesAtNoNode() {
        String alices = opened(rules, ALICE);
        otherNode.require(read(alices, ALICE));
        rules.news(read(alices, ALICE), answer(404, List.of())).orElseThrow().get();
        clock.advance(Duration.ofSeconds(1));
        assertThatCode(() -> otherNode.require(read(alices, ALICE)))
                .as("that node has not heard, and so nobody else may have it")
                .doesNotThrowAnyException();

        Optional<String> bobs = Optional.empty();
        while (bobs.isEmpty()) {
            bobs = openedOrNot(rules, BOB);
            clock.advance(bobs.isEmpty() ? Duration.ofSeconds(1) : Duration.ZERO);
        }

        for (SessionRules node : List.of(rules, otherNode)) {
            assertRefused(Reason.SESSION_UNKNOWN, () -> node.require(read(alices, ALICE)));
        }
        String name = bobs.get();
        assertThatCode(() -> otherNode.require(read(name, BOB))).doesNotThrowAnyException();
    }

    /** The answer to what Alice once asked comes when Bob has the id. */
    @Test
    void aLateAnswerEndsNobodyElsesSession() {
        RelayRequest asked = read(opened(rules, ALICE), ALICE);
        sessions.closed("s", SessionOwner.of(ALICE));
        clock.advance(Duration.ofHours(1));
        String name = opened(rules, BOB);

        rules.news(asked, answer(404, List.of())).orElseThrow().get();

        assertThatCode(() -> rules.require(read(name, BOB))).doesNotThrowAnyException();
    }

    /** Nobody could use what is 404 the next time. */
    @Test
    void aSessionWhoseNameWouldBeTooLongIsABadAnswer() {
        for (int length = 1; length < 3_000; length++) {
            List<Header> headers = List.of(new Header("Mcp-Session-Id", "s".repeat(length)));
            Supplier<BackendClient.Answer> news = away.news(
                            request("POST", Optional.empty(), ALICE), answer(200, headers))
                    .orElseThrow();
            try {
                String name = sessionIn(news.get());
                assertThat(read(name, ALICE).session()).map(NamedSession::name).contains(name);
            } catch (Rejection e) {
                assertThat(e.reason()).isEqualTo(Reason.BACKEND_ANSWER_INVALID);
                assertThat(length).isGreaterThan(1_900);
            }
        }
    }

    @Test
    void noSessionIsAskedForWhereNoneIsNamed() {
        assertThatCode(() -> rules.require(request("POST", Optional.empty(), ALICE)))
                .doesNotThrowAnyException();
    }

    @Test
    void mostAnswersSayNothingNewOfSessions() {
        assertThat(rules.news(request("POST", SESSION, ALICE), answer(200, OPENED)))
                .isEmpty();
        assertThat(rules.news(request("POST", SESSION, ALICE), answer(200, List.of())))
                .isEmpty();
        assertThat(rules.news(request("POST", Optional.empty(), ALICE), answer(404, List.of())))
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
        for (String method : List.of("DELETE", "POST")) {
            Supplier<BackendClient.Answer> news = away.news(
                            request(method, SESSION, ALICE), answer(method.equals("DELETE") ? 204 : 404, List.of()))
                    .orElseThrow();
            assertThatCode(news::get).doesNotThrowAnyException();
        }
    }

    @Test
    void noOtherFailureAtTheBeginningOrTheEndOfASessionIsPassedOver() {
        SessionRules rules = failing(Reason.INTERNAL_ERROR);

        Supplier<BackendClient.Answer> end = rules.news(request("DELETE", SESSION, ALICE), answer(204, List.of()))
                .orElseThrow();
        assertRefused(Reason.INTERNAL_ERROR, end::get);
        Supplier<BackendClient.Answer> beginning = rules.news(
                        request("POST", Optional.empty(), ALICE), answer(200, OPENED))
                .orElseThrow();
        assertRefused(Reason.INTERNAL_ERROR, beginning::get);
        RelayRequest use = read(opened(away, ALICE), ALICE);
        assertRefused(Reason.INTERNAL_ERROR, () -> rules.require(use));
    }

    @Test
    void aSessionGoesToItsBackendByTheIdThatThatOneChose() {
        RelayRequest request = read(opened(rules, ALICE), ALICE);

        assertThat(request.session()).map(NamedSession::id).contains("s");
        assertThat(Header.values(request.headers(), McpHeaders.SESSION)).containsExactly("s");
    }

    /** Many backends repeat it in each answer, and a client may take another name for another session. */
    @Test
    void aSessionKeepsTheNameThatItsClientKnows() {
        String name = opened(rules, ALICE);
        RelayRequest request = read(name, ALICE);

        assertThat(rules.news(request, answer(200, OPENED))).isEmpty();
        assertThat(sessionIn(rules.named(request, answer(200, OPENED)))).isEqualTo(name);
    }

    @Test
    void whileTheStoreIsAwayTheNameOfASessionSaysWhoseItIs() {
        for (SessionRules opening : List.of(rules, away)) {
            RelayRequest request = read(opened(opening, ALICE), ALICE);
            assertThatCode(() -> away.require(request)).doesNotThrowAnyException();
        }
    }

    @Test
    void whileTheStoreIsAwayNobodyElseMayUseIt() {
        String name = opened(rules, ALICE);

        for (Caller other : List.of(
                caller("bob", "inspector"),
                caller("alice", "cursor"),
                new Caller(Optional.empty(), "inspector", new Scope(), Optional.empty(), Instant.MAX))) {
            assertRefused(Reason.STORE_UNAVAILABLE, () -> away.require(read(name, other)));
        }
        RelayRequest files = rules.read(request("POST", Optional.of(name), ALICE, Endpoints.named("files")));
        assertRefused(Reason.STORE_UNAVAILABLE, () -> away.require(files));
    }

    /** A name as a stranger might make it up, or as an owner might alter it. */
    @Test
    void whileTheStoreIsAwayNoOtherNameIsAProof() {
        String name = opened(rules, ALICE);
        String seal = name.substring(1);

        for (String forged :
                List.of("s", "s.", ".", seal, "t" + seal, name + seal, name + ".", "s.AAAA", "s." + "A".repeat(60))) {
            assertRefused(Reason.STORE_UNAVAILABLE, () -> away.require(read(forged, ALICE)));
        }
    }

    /** Wherever the store answers, it decides, whatever a name says. */
    @Test
    void aSessionThatTheStoreKnewAndKnowsNoMoreHasEnded() {
        String name = opened(rules, ALICE);
        sessions.closed("s", SessionOwner.of(ALICE));

        assertRefused(Reason.SESSION_UNKNOWN, () -> rules.require(read(name, ALICE)));
        assertThat(sessions.find("s")).isEmpty();
    }

    @Test
    void aSessionThatWasOpenedWhileTheStoreWasAwayIsNotedWhenItIsNextUsed() {
        RelayRequest request = read(opened(away, ALICE), ALICE);

        assertThatCode(() -> rules.require(request)).doesNotThrowAnyException();
        assertThat(sessions.find("s")).map(McpSession::owner).contains(SessionOwner.of(ALICE));
    }

    /** The attack: a name that no row speaks against, as the row of whoever had the id since has gone. */
    @Test
    void aSessionThatWasOpenedWhileTheStoreWasAwayIsNotNotedWhenOthersMayHaveHadItSince() {
        String name = opened(away, ALICE);
        clock.advance(Duration.ofSeconds(1));
        opened(rules, BOB);
        clock.advance(Sessions.IDLE);

        assertRefused(Reason.SESSION_UNKNOWN, () -> rules.require(read(name, ALICE)));
    }

    /** The attack: the backend has begun anew, and what it opened for another, who was refused it, has the id by now. */
    @Test
    void aSessionThatWasOpenedWhileTheStoreWasAwayAndHasEndedIsNotNotedAgain() {
        String name = opened(away, ALICE);
        rules.require(read(name, ALICE));
        assertThat(openedOrNot(rules, BOB)).isEmpty();

        assertRefused(Reason.SESSION_UNKNOWN, () -> rules.require(read(name, ALICE)));
    }

    @Test
    void aSessionThatWasOpenedWhileTheStoreWasAwayIsNotTakenFromAnother() {
        String name = opened(away, ALICE);
        opened(rules, caller("bob", "inspector"));

        assertRefused(Reason.SESSION_UNKNOWN, () -> rules.require(read(name, ALICE)));
        assertRefused(Reason.SESSION_UNKNOWN, () -> rules.require(read(name, caller("bob", "cursor"))));
    }

    /** Of versions that gave the backend's id to clients. */
    @Test
    void aSessionWithoutASealIsThatOfItsRow() {
        opened(rules, ALICE);

        assertThatCode(() -> rules.require(read("s", ALICE))).doesNotThrowAnyException();
        assertRefused(Reason.SESSION_UNKNOWN, () -> rules.require(read("s", caller("bob", "inspector"))));
    }

    private RelayRequest read(String name, Caller caller) {
        return rules.read(request("POST", Optional.of(name), caller));
    }

    private static Optional<String> openedOrNot(SessionRules rules, Caller caller) {
        try {
            return Optional.of(opened(rules, caller));
        } catch (Rejection e) {
            assertThat(e.reason()).isEqualTo(Reason.BACKEND_ANSWER_INVALID);
            return Optional.empty();
        }
    }

    private static String opened(SessionRules rules, Caller caller) {
        return sessionIn(rules.news(request("POST", Optional.empty(), caller), answer(200, OPENED))
                .orElseThrow()
                .get());
    }

    private static String sessionIn(BackendClient.Answer answer) {
        return Header.values(answer.headers(), McpHeaders.SESSION).get(0);
    }

    private SessionRules failing(Reason reason) {
        return new SessionRules(new Failing(reason), NAMES, Samples.settings(), clock);
    }

    private static BackendClient.Answer answer(int status, List<Header> headers) {
        return new BackendClient.Answer(status, headers, null);
    }

    private void note(String method, Optional<String> asked, Caller caller, int status, List<Header> headers) {
        rules.news(request(method, asked, caller), answer(status, headers)).ifPresent(Supplier::get);
    }

    /** Two backends may choose the same ids, and must not get at each other's sessions through us. */
    @Test
    void aSessionIsThatOfItsBackend() {
        note("POST", Optional.empty(), ALICE, 200, OPENED);

        RelayRequest files = request("POST", SESSION, ALICE, Endpoints.named("files"));
        assertRefused(Reason.SESSION_UNKNOWN, () -> rules.require(files));

        RelayRequest opening = request("POST", Optional.empty(), caller("bob", "cursor"), Endpoints.named("files"));
        rules.news(opening, answer(200, OPENED)).orElseThrow().get();
        assertRefused(Reason.SESSION_UNKNOWN, () -> rules.require(files));
        assertThatCode(() -> rules.require(request("POST", SESSION, ALICE))).doesNotThrowAnyException();
        assertRefused(
                Reason.SESSION_UNKNOWN,
                () -> rules.require(request("POST", Optional.of("files s"), caller("bob", "cursor"))));
    }

    /** A server of both eras may name one id in all its answers: it is no session of its first reader. */
    @Test
    void aModernAnswerIsNoNewsWhateverItNames() {
        for (Caller caller : List.of(ALICE, BOB)) {
            assertThat(rules.news(
                            request("POST", Optional.empty(), caller, Endpoints.standard(), Era.MODERN),
                            answer(200, OPENED)))
                    .isEmpty();
        }
    }

    /** A backend that every node reaches needs no particular node. */
    @Test
    void aSessionOfABackendOnTheNetworkIsNowhereElse() {
        note("POST", Optional.empty(), ALICE, 200, OPENED);
        assertThat(rules.elsewhere(request("POST", SESSION, ALICE))).isEmpty();
    }

    @Test
    void whileTheStoreIsAwayASessionInAProcessIsFoundAtItsNode() {
        Backend process = new Backend(
                Backend.UNNAMED,
                null,
                new BackendCredential.None(),
                Set.of(),
                BackendTransport.of(new StdioCommand(List.of("server"), Map.of())));
        McpEndpoint endpoint = McpEndpoint.forOwnTokens("/mcp", process, Samples.settings());
        SessionRules there = nodeWithoutStore("http://there:3001", process);
        SessionRules here = nodeWithoutStore("http://here:3001", process);
        String name = sessionIn(there.news(request("POST", Optional.empty(), ALICE, endpoint), answer(200, OPENED))
                .orElseThrow()
                .get());
        RelayRequest atHere = here.read(request("POST", Optional.of(name), ALICE, endpoint));
        RelayRequest atThere = there.read(request("POST", Optional.of(name), ALICE, endpoint));

        assertThat(here.elsewhere(atHere)).contains(URI.create("http://there:3001"));
        assertThat(there.elsewhere(atThere)).isEmpty();
        assertThatCode(() -> there.require(atThere)).doesNotThrowAnyException();
        RelayRequest bobs = here.read(request("POST", Optional.of(name), caller("bob", "inspector"), endpoint));
        assertRefused(Reason.STORE_UNAVAILABLE, () -> here.require(bobs));
    }

    private SessionRules nodeWithoutStore(String url, Backend backend) {
        return new SessionRules(
                new Failing(Reason.STORE_UNAVAILABLE), NAMES, Samples.node(url, Backends.of(backend)), clock);
    }

    private void refused(Caller caller) {
        assertThatThrownBy(() -> rules.require(request("POST", SESSION, caller)))
                .hasMessage(Reason.SESSION_UNKNOWN.name());
    }

    private static RelayRequest request(String method, Optional<String> session, Caller caller) {
        return request(method, session, caller, Endpoints.standard());
    }

    private static RelayRequest request(String method, Optional<String> session, Caller caller, McpEndpoint endpoint) {
        return request(method, session, caller, endpoint, Era.LEGACY);
    }

    private static RelayRequest request(
            String method, Optional<String> session, Caller caller, McpEndpoint endpoint, Era era) {
        List<Header> headers =
                session.map(id -> List.of(new Header("Mcp-Session-Id", id))).orElse(List.of());
        return new RelayRequest(
                Samples.TRAIL, endpoint, caller, method, era, McpHeaders.of(headers), headers, Optional.empty(), 0);
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
        public boolean openedEarlier(String sessionId, McpSession session) {
            throw Rejection.of(reason);
        }

        @Override
        public Optional<McpSession> find(String sessionId) {
            throw Rejection.of(reason);
        }

        @Override
        public void closed(String sessionId, SessionOwner owner) {
            throw Rejection.of(reason);
        }
    }
}
