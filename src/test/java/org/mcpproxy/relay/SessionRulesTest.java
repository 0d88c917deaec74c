package org.mcpproxy.relay;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.nimbusds.oauth2.sdk.Scope;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.mcpproxy.oauth.Reason;
import org.mcpproxy.store.MemorySessions;

class SessionRulesTest {

    private static final Caller ALICE = caller("alice", "inspector");
    private static final Optional<String> SESSION = Optional.of("s");
    private static final List<Header> OPENED = List.of(new Header("mcp-session-id", "s"));

    private final SessionRules rules = new SessionRules(new MemorySessions(Clock.systemUTC()));

    @Test
    void theOwnerMayUseASession() {
        rules.note("POST", Optional.empty(), ALICE, 200, OPENED);
        assertThatCode(() -> rules.require(SESSION, ALICE)).doesNotThrowAnyException();
    }

    @Test
    void anotherUserAnotherClientAndAServiceOfTheSameNameMayNot() {
        rules.note("POST", Optional.empty(), ALICE, 200, OPENED);
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
        rules.note("POST", Optional.empty(), ALICE, 400, OPENED);
        refused(ALICE);
    }

    @Test
    void aSessionEndsWhenItIsDeletedOrTheBackendKnowsItNoMore() {
        for (String method : List.of("DELETE", "POST")) {
            rules.note("POST", Optional.empty(), ALICE, 200, OPENED);
            rules.note(method, SESSION, ALICE, method.equals("DELETE") ? 204 : 404, List.of());
            refused(ALICE);
        }
    }

    @Test
    void aDeletionThatTheBackendRefusesEndsNothing() {
        rules.note("POST", Optional.empty(), ALICE, 200, OPENED);
        rules.note("DELETE", SESSION, ALICE, 405, List.of());
        assertThatCode(() -> rules.require(SESSION, ALICE)).doesNotThrowAnyException();
    }

    @Test
    void aSessionOfAnotherIsNotHandedOut() {
        rules.note("POST", Optional.empty(), ALICE, 200, OPENED);
        assertThatThrownBy(() -> rules.note("POST", Optional.empty(), caller("bob", "inspector"), 200, OPENED))
                .hasMessage(Reason.BACKEND_ANSWER_INVALID.name());
        assertThatCode(() -> rules.require(SESSION, ALICE)).doesNotThrowAnyException();
    }

    @Test
    void noSessionIsAskedForWhereNoneIsNamed() {
        assertThatCode(() -> rules.require(Optional.empty(), ALICE)).doesNotThrowAnyException();
    }

    private void refused(Caller caller) {
        assertThatThrownBy(() -> rules.require(SESSION, caller)).hasMessage(Reason.SESSION_UNKNOWN.name());
    }

    private static Caller caller(String user, String client) {
        return new Caller(Optional.of(user), client, new Scope("mcp"), Optional.of("g"), Instant.MAX);
    }
}
