package org.mcpproxy.relay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.nimbusds.oauth2.sdk.Scope;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.SubmissionPublisher;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.mcpproxy.fixture.Samples;
import org.mcpproxy.fixture.SettableClock;
import org.mcpproxy.fixture.SettablePolicy;
import org.mcpproxy.oauth.AuthenticationEvent;
import org.mcpproxy.oauth.Reason;
import org.mcpproxy.oauth.Rejection;
import org.mcpproxy.oauth.RequiredSignOn;
import org.mcpproxy.policy.PolicyFile;
import org.mcpproxy.policy.PolicyInForce;
import org.mcpproxy.policy.PolicySource;
import org.mcpproxy.signing.Profile;
import org.mcpproxy.web.BodyBudget;

/** With a policy that forbids a tool, a resource and a prompt: everything that may be tried to use them all the same. */
class PolicyGateTest {

    private static final String POLICY = """
            mcp.groups=staff,admins
            mcp.tools.default=allow
            mcp.tools.delete_*.groups=admins
            mcp.tools.write.scopes=files.write
            mcp.tools.publish.groups=admins
            mcp.tools.publish.scopes=files.publish
            mcp.tools.export.scopes=files.export
            mcp.tools.wipe.max_age=300
            mcp.tools.wipe.acr_values=phr phrh
            mcp.tools.pay.max_age=60
            mcp.tools.pay.scopes=files.pay
            mcp.tools.vote.acr_values=mfa
            mcp.resources.file\\:///ledger.max_age=300
            mcp.prompts.sign.max_age=300
            mcp.resources.default=allow
            mcp.resources.file\\:///secret/*.groups=admins
            mcp.prompts.default=allow
            mcp.prompts.secret.groups=admins
            """;

    @TempDir
    private Path folder;

    private final SettableClock clock = new SettableClock();
    private PolicyGate gate;

    @BeforeEach
    void read() throws Exception {
        Path file = Files.writeString(folder.resolve("policy.properties"), POLICY);
        PolicySource source = PolicySource.read(new PolicyFile(file, Set.of("mcp")));
        gate = new PolicyGate(
                new PolicyInForce(Optional.of(source)), new CallerProfiles(null), event -> {}, clock, 1000);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{'jsonrpc':'2.0','id':1,'method':'tools/call','params':{'name':'delete_all'}}",
                "{'params':{'name':'delete_all'},'method':'tools/call','id':1,'jsonrpc':'2.0'}",
                "{'jsonrpc':'2.0','id':1,'method':'tools/call','params':{'name':'d\\u0065lete_all'}}",
                "{'jsonrpc':'2.0','id':1,'method':'tools/call','params':{'n\\u0061me':'delete_all'}}",
                "{'jsonrpc':'2.0','id':1,'meth\\u006fd':'t\\u006fols/call','params':{'name':'delete_all'}}",
                "{'jsonrpc':'2.0','id':1,'method':'tools/call','params':{'name':'Delete_All'}}",
                "{'jsonrpc':'2.0','id':1,'method':'tools/call','params':{'name':'delete_all '}}",
                "{'jsonrpc':'2.0','id':1,'method':'tools/call','params':{'name':'delete_all\\u0000'}}",
                "{'jsonrpc':'2.0','id':1,'method':'tools/call','params':{'name':'\\uff44elete_all'}}",
                "{'jsonrpc':'2.0','id':1,'method':'Tools/Call','params':{'name':'delete_all'}}",
                "{'jsonrpc':'2.0','id':1,'method':' tools/call','params':{'name':'delete_all'}}",
                "{'jsonrpc':'2.0','id':1,'method':'tools/call\\u0000','params':{'name':'delete_all'}}",
                "{'jsonrpc':'2.0','id':1,'method':'TOOLS/LIST'}",
                "{'jsonrpc':'2.0','method':'tools/call','params':{'name':'delete_all'}}",
                "{'jsonrpc':'2.0','id':1,'method':'tools/call','params':['delete_all']}",
                "{'jsonrpc':'2.0','id':1,'method':'tools/call','params':{}}",
                "{'jsonrpc':'2.0','id':1,'method':'tools/call'}",
                "[{'jsonrpc':'2.0','id':1,'method':'ping'},"
                        + "{'jsonrpc':'2.0','id':2,'method':'tools/call','params':{'name':'delete_all'}}]",
                "{'jsonrpc':'2.0','id':1,'method':'resources/read','params':{'uri':'file:///secret/a'}}",
                "{'jsonrpc':'2.0','id':1,'method':'resources/read','params':{'uri':'FILE:///secret/a'}}",
                "{'jsonrpc':'2.0','id':1,'method':'resources/read','params':{'uri':'file:///a/%2e%2e/secret/a'}}",
                "{'jsonrpc':'2.0','id':1,'method':'resources/subscribe','params':{'uri':'file:///secret/a'}}",
                "{'jsonrpc':'2.0','id':1,'method':'resources/subscribe','params':{'URI':'file:///secret/a'}}",
                "{'jsonrpc':'2.0','id':1,'method':'resources/subscribe','params':{'uri':7}}",
                "{'jsonrpc':'2.0','id':1,'method':'resources/subscribe','params':{'uri':'file:///a',"
                        + "'URI':'file:///secret/a'}}",
                "{'jsonrpc':'2.0','id':1,'method':'resources/unsubscribe','params':{'uri':'file:///secret/a'}}",
                "{'jsonrpc':'2.0','id':1,'method':'prompts/get','params':{'name':'secret'}}",
                "{'jsonrpc':'2.0','id':1,'method':'completion/complete','params':{'ref':"
                        + "{'type':'ref/prompt','name':'secret'}}}",
                "{'jsonrpc':'2.0','id':1,'method':'completion/complete','params':{'ref':"
                        + "{'type':'ref/resource','uri':'file:///secret/{a}'}}}",
                "{'jsonrpc':'2.0','id':1,'method':'completion/complete','params':{'ref':"
                        + "{'name':'open','type':'ref/resource','uri':'file:///secret/{a}'}}}",
                "{'jsonrpc':'2.0','id':1,'method':'completion/complete','params':{'Ref':{'name':'secret'}}}",
                "{'jsonrpc':'2.0','id':1,'method':'completion/complete','params':{'ref':{'Name':'secret'}}}",
                "{'jsonrpc':'2.0','id':1,'method':'completion/complete','params':{'ref':['secret']}}",
                "{'jsonrpc':'2.0','id':1,'method':'completion/complete','params':{'ref':{'name':'open'},"
                        + "'Ref':{'name':'secret'}}}",
                "{'jsonrpc':'2.0','id':1,'method':'completion/complete','params':{'ref':{'name':'open','Name':'secret'}}}",
                "{'jsonrpc':'2.0','id':1,'method':'subscriptions/listen','params':{'notifications':"
                        + "{'resourceSubscriptions':['file:///a','file:///secret/a']}}}",
                "{'jsonrpc':'2.0','id':1,'method':'subscriptions/listen','params':{'notifications':"
                        + "{'resourceSubscriptions':'file:///secret/a'}}}",
                "{'jsonrpc':'2.0','id':1,'method':'subscriptions/listen','params':{'notifications':"
                        + "{'resourcesubscriptions':['file:///secret/a']}}}"
            })
    void whatIsForbiddenIsForbiddenHoweverItIsAskedFor(String message) {
        assertThat(rejection(message, "staff").reason()).isEqualTo(Reason.POLICY_FORBIDS);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{'jsonrpc':'2.0','id':1,'method':'tools/call','params':{'name':'delete_all'}}",
                "{'jsonrpc':'2.0','id':1,'method':'resources/read','params':{'uri':'file:///secret/a'}}",
                "{'jsonrpc':'2.0','id':1,'method':'completion/complete','params':{'ref':{'name':'secret'}}}"
            })
    void whoIsInTheGroupMay(String message) {
        assertThatCode(() -> gate.require(request(message, "mcp", "admins"))).doesNotThrowAnyException();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{'jsonrpc':'2.0','id':1,'method':'initialize','params':{'name':'delete_all'}}",
                "{'jsonrpc':'2.0','id':1,'method':'tools/list'}",
                "{'jsonrpc':'2.0','id':1,'method':'tasks/get','params':{'taskId':'a'}}",
                "{'jsonrpc':'2.0','id':1,'method':'tools/call','params':{'name':'read','arguments':{'name':'delete_all'}}}",
                "{'jsonrpc':'2.0','id':1,'method':'subscriptions/listen','params':{'notifications':{'toolsListChanged':true}}}",
                "{'jsonrpc':'2.0','id':1,'result':{'name':'delete_all'}}"
            })
    void allElsePasses(String message) {
        assertThatCode(() -> gate.require(request(message, "mcp", "staff"))).doesNotThrowAnyException();
    }

    @Test
    void whoIsInNoEnteringGroupIsKeptOutWhateverTheyAsk() {
        assertThat(rejection("{'jsonrpc':'2.0','id':1,'method':'ping'}", "guests")
                        .reason())
                .isEqualTo(Reason.POLICY_KEEPS_OUT);
        RelayRequest get = request(Optional.empty(), "mcp", Set.of("guests"));
        assertThat(catchThrowableOfType(Rejection.class, () -> gate.require(get))
                        .reason())
                .isEqualTo(Reason.POLICY_KEEPS_OUT);
    }

    @Test
    void aMissingScopeIsNamedWithAllThatTheTokenHas() {
        Rejection write = catchThrowableOfType(
                Rejection.class, () -> gate.require(request(call("write"), "mcp files.export other", "staff")));
        assertThat(write.reason()).isEqualTo(Reason.SCOPE_INSUFFICIENT);
        assertThat(write.scope().orElseThrow().toStringList()).containsExactly("mcp", "files.export", "files.write");
        assertThatCode(() -> gate.require(request(call("write"), "mcp files.write", "staff")))
                .doesNotThrowAnyException();
    }

    @Test
    void noScopeHelpsWhereTheGroupIsMissing() {
        assertThat(rejection(call("publish"), "staff").reason()).isEqualTo(Reason.POLICY_FORBIDS);
        assertThat(rejection(call("publish"), "admins").reason()).isEqualTo(Reason.SCOPE_INSUFFICIENT);
        String batch = "[" + call("write") + "," + call("delete_all") + "]";
        assertThat(rejection(batch, "staff").reason()).isEqualTo(Reason.POLICY_FORBIDS);
    }

    @Test
    void onTheWireItIsAChallengeOrAnAnswerToTheRequest() {
        ErrorAnswer challenge = answer(rejection(call("write"), "staff"), Optional.of(new RequestId("1")));
        assertThat(challenge.status()).isEqualTo(403);
        assertThat(Header.values(challenge.headers(), "WWW-Authenticate"))
                .first()
                .asString()
                .startsWith("Bearer error=\"insufficient_scope\"")
                .endsWith(", scope=\"mcp files.write\"");
        ErrorAnswer refusal = answer(rejection(call("delete_all"), "staff"), Optional.of(new RequestId("1")));
        assertThat(refusal.status()).isEqualTo(200);
        assertThat(new String(refusal.body(), StandardCharsets.UTF_8))
                .startsWith("{\"jsonrpc\":\"2.0\",\"id\":1,\"error\":{\"code\":-32600,");
        assertThat(answer(Rejection.of(Reason.POLICY_FORBIDS), Optional.empty()).status())
                .isEqualTo(403);
        assertThat(answer(Rejection.of(Reason.POLICY_KEEPS_OUT), Optional.of(new RequestId("1")))
                        .status())
                .isEqualTo(403);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{'jsonrpc':'2.0','id':1,'method':'tools/call','params':{'name':'wipe'}}",
                "{'jsonrpc':'2.0','method':'tools/call','params':{'name':'wipe'}}",
                "{'jsonrpc':'2.0','id':1,'method':'tools/call','params':{'name':'Wipe '}}",
                "{'jsonrpc':'2.0','id':1,'method':'resources/read','params':{'uri':'file:///./%6Cedger'}}",
                "{'jsonrpc':'2.0','id':1,'method':'subscriptions/listen','params':{'notifications':"
                        + "{'resourceSubscriptions':['file:///a','file:///ledger']}}}",
                "{'jsonrpc':'2.0','id':1,'method':'prompts/get','params':{'name':'sign'}}",
                "[{'jsonrpc':'2.0','id':1,'method':'ping'},"
                        + "{'jsonrpc':'2.0','id':2,'method':'tools/call','params':{'name':'wipe'}}]"
            })
    void whatNeedsARecentSignOnIsNotUsedWithAnOldOne(String message) {
        AuthenticationEvent fresh = signedOn(0, "phr");
        assertThatCode(() -> gate.require(request(message, "mcp", fresh))).doesNotThrowAnyException();

        for (AuthenticationEvent event : List.of(signedOn(301, "phr"), AuthenticationEvent.UNKNOWN)) {
            Rejection rejection =
                    catchThrowableOfType(Rejection.class, () -> gate.require(request(message, "mcp", event)));
            assertThat(rejection.reason()).isEqualTo(Reason.AUTHENTICATION_INSUFFICIENT);
        }
        clock.advance(Duration.ofSeconds(301));
        assertThat(catchThrowableOfType(Rejection.class, () -> gate.require(request(message, "mcp", fresh)))
                        .reason())
                .as("the same token, later")
                .isEqualTo(Reason.AUTHENTICATION_INSUFFICIENT);
    }

    /** RFC 9470 3. */
    @Test
    void onTheWireItIsAChallengeForASignOnWithAllThatTheTokenNeeds() {
        ErrorAnswer wipe = answer(
                catchThrowableOfType(
                        Rejection.class,
                        () -> gate.require(request(call("wipe"), "mcp files.export", signedOn(0, "mfa")))),
                Optional.of(new RequestId("1")));
        assertThat(wipe.status()).isEqualTo(401);
        assertThat(Header.values(wipe.headers(), "WWW-Authenticate"))
                .hasSize(2)
                .allSatisfy(challenge -> assertThat(challenge).contains(", acr_values=\"phr phrh\", max_age=\"300\", "))
                .first()
                .asString()
                .startsWith("Bearer error=\"insufficient_user_authentication\", error_description=\"")
                .contains(", acr_values=\"phr phrh\", max_age=\"300\", resource_metadata=\"")
                .endsWith(", scope=\"mcp files.export\"");
        assertThat(new String(wipe.body(), StandardCharsets.UTF_8))
                .startsWith("{\"error\":\"insufficient_user_authentication\",");

        ErrorAnswer pay = answer(
                catchThrowableOfType(
                        Rejection.class, () -> gate.require(request(call("pay"), "mcp", signedOn(61, "mfa")))),
                Optional.of(new RequestId("1")));
        assertThat(pay.status()).isEqualTo(401);
        assertThat(Header.values(pay.headers(), "WWW-Authenticate"))
                .first()
                .asString()
                .contains("max_age=\"60\"")
                .doesNotContain("acr_values")
                .endsWith(", scope=\"mcp files.pay\"");
        Rejection scope = catchThrowableOfType(
                Rejection.class, () -> gate.require(request(call("pay"), "mcp", signedOn(60, "mfa"))));
        assertThat(scope.reason()).as("only the scope is missing").isEqualTo(Reason.SCOPE_INSUFFICIENT);
        assertThat(Header.values(answer(scope, Optional.of(new RequestId("1"))).headers(), "WWW-Authenticate"))
                .as("the next sign-on must do too")
                .allSatisfy(challenge -> assertThat(challenge).contains("max_age=\"60\""));
    }

    @Test
    void oneSignOnMustDoForABatch() {
        Rejection both = catchThrowableOfType(
                Rejection.class,
                () -> gate.require(request(
                        "[" + call("wipe") + "," + call("pay") + "]", "mcp files.pay", AuthenticationEvent.UNKNOWN)));
        assertThat(both.signOn())
                .contains(new RequiredSignOn(Optional.of(Duration.ofSeconds(60)), Optional.of(List.of("phr", "phrh"))));

        Rejection one = catchThrowableOfType(
                Rejection.class,
                () -> gate.require(
                        request("[" + call("wipe") + "," + call("pay") + "]", "mcp files.pay", signedOn(0, "mfa"))));
        assertThat(one.signOn()).as("what is met must stay so").isEqualTo(both.signOn());

        Rejection never = catchThrowableOfType(
                Rejection.class,
                () -> gate.require(
                        request("[" + call("wipe") + "," + call("vote") + "]", "mcp", AuthenticationEvent.UNKNOWN)));
        assertThat(never.reason()).isEqualTo(Reason.POLICY_FORBIDS);
    }

    /** A service cannot sign on, so there is nothing to ask of it. */
    @Test
    void aServiceIsRefusedWhatNeedsASignOn() {
        Caller service = new Caller(
                Optional.empty(),
                "service",
                new Scope("mcp"),
                Optional.of("grant"),
                Instant.MAX,
                Optional.of(new Profile(null, Set.of("staff"))));
        RelayRequest wiping = request(call("wipe"), "mcp", "staff").with(service);

        assertThat(catchThrowableOfType(Rejection.class, () -> gate.require(wiping))
                        .reason())
                .isEqualTo(Reason.POLICY_FORBIDS);
        assertThatCode(() -> gate.require(request(call("read"), "mcp", "staff").with(service)))
                .doesNotThrowAnyException();
    }

    private AuthenticationEvent signedOn(long secondsAgo, String contextClass) {
        return new AuthenticationEvent(
                Optional.of(clock.instant().minusSeconds(secondsAgo)), Optional.of(contextClass));
    }

    private static RelayRequest request(String message, String scope, AuthenticationEvent authentication) {
        RelayRequest request = request(message, scope, "staff");
        return request.with(request.caller().signedOn(authentication));
    }

    /**
     * A stream may go on with an answer whose request came another way. And the attack: a call that has the id of a list under way in
     * its session, whose list the backend then sends as the answer to the call.
     */
    @Test
    void listsAreFilteredInTheAnswersThatCanHoldThem() {
        assertThat(isFiltered(request("{'jsonrpc':'2.0','id':1,'method':'tools/list'}", "mcp", "staff")))
                .isTrue();
        assertThat(isFiltered(request("[{'jsonrpc':'2.0','id':1,'method':'prompts/list'}]", "mcp", "staff")))
                .isTrue();
        assertThat(isFiltered(request(Optional.empty(), "mcp", Set.of("staff"))))
                .isTrue();
        assertThat(isFiltered(request(call("read"), "mcp", "staff"))).isFalse();
        RelayRequest plain = request(call("read"), "mcp", "staff");
        RelayRequest resuming = new RelayRequest(
                plain.trail(),
                plain.resource(),
                plain.caller(),
                "POST",
                plain.era(),
                plain.mcp(),
                List.of(new Header("last-event-id", "7")),
                plain.message(),
                plain.since());
        assertThat(isFiltered(resuming)).isTrue();
        RelayRequest inASession = new RelayRequest(
                plain.trail(),
                plain.resource(),
                plain.caller(),
                "POST",
                plain.era(),
                McpHeaders.of(List.of(new Header("Mcp-Session-Id", "s"))),
                List.of(),
                plain.message(),
                plain.since());
        assertThat(isFiltered(inASession)).isTrue();
    }

    @Test
    void aListIsHeldAgainstThePolicyThatIsInForceWhenItComes() {
        String list = "data: {\"id\":1,\"result\":{\"tools\":[{\"name\":\"drop\"},{\"name\":\"read\"}]}}\n\n";
        SettablePolicy changing = new SettablePolicy();
        changing.set("mcp.tools.default=allow\nmcp.tools.write.deny=true");
        PolicyGate itsGate = new PolicyGate(changing, new CallerProfiles(null), event -> {}, clock, 1000);
        Events client = new Events(10);
        try (SubmissionPublisher<List<ByteBuffer>> backend = new SubmissionPublisher<>(Runnable::run, 10)) {
            BackendClient.Answer answer =
                    new BackendClient.Answer(200, List.of(new Header("Content-Type", "text/event-stream")), backend);
            itsGate.visible(
                            request(Optional.empty(), "mcp", Set.of("staff")),
                            answer,
                            new BodyBudget(10_000, 10_000).share("alice"),
                            null)
                    .body()
                    .subscribe(client);
            backend.submit(List.of(ByteBuffer.wrap(list.getBytes(StandardCharsets.UTF_8))));
            assertThat(client.text()).isEqualTo(list);

            changing.set("mcp.tools.default=allow\nmcp.tools.drop.deny=true");
            backend.submit(List.of(ByteBuffer.wrap(list.getBytes(StandardCharsets.UTF_8))));
        }
        assertThat(client.text()).isEqualTo(list + list.replace("{\"name\":\"drop\"},", ""));
    }

    private boolean isFiltered(RelayRequest request) {
        BackendClient.Answer answer = new BackendClient.Answer(200, List.of(), subscriber -> {});
        return gate.visible(request, answer, null, null) != answer;
    }

    private static ErrorAnswer answer(Rejection rejection, Optional<RequestId> id) {
        return ErrorAnswer.of(rejection, Endpoints.standard(Samples.settings()), id, List.of());
    }

    private static String call(String tool) {
        return "{'jsonrpc':'2.0','id':1,'method':'tools/call','params':{'name':'" + tool + "'}}";
    }

    private Rejection rejection(String message, String group) {
        return catchThrowableOfType(Rejection.class, () -> gate.require(request(message, "mcp", group)));
    }

    private static RelayRequest request(String message, String scope, String group) {
        byte[] body = message.replace('\'', '"').getBytes(StandardCharsets.UTF_8);
        return request(Optional.of(MessageReader.read(body)), scope, Set.of(group));
    }

    private static RelayRequest request(Optional<McpBody> body, String scope, Set<String> groups) {
        Caller caller = new Caller(
                Optional.of("00ualice"),
                "client",
                Scope.parse(scope),
                Optional.of("grant"),
                Instant.MAX,
                Optional.of(new Profile(null, groups)));
        return new RelayRequest(
                Samples.TRAIL,
                Endpoints.standard(Samples.settings()),
                caller,
                body.isPresent() ? "POST" : "GET",
                Era.LEGACY,
                McpHeaders.of(List.of()),
                List.of(),
                body,
                System.nanoTime());
    }
}
