package org.mcpproxy.relay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import com.nimbusds.oauth2.sdk.Scope;
import jakarta.servlet.AsyncContext;
import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.WriteListener;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.mcpproxy.audit.AuditEvent;
import org.mcpproxy.config.BackendCredential;
import org.mcpproxy.config.BackendTransport;
import org.mcpproxy.config.Backends;
import org.mcpproxy.config.RelayLimits;
import org.mcpproxy.config.Settings;
import org.mcpproxy.fixture.Exposition;
import org.mcpproxy.fixture.Samples;
import org.mcpproxy.fixture.SettableClock;
import org.mcpproxy.fixture.SettablePolicy;
import org.mcpproxy.metrics.Meters;
import org.mcpproxy.oauth.Reason;
import org.mcpproxy.oauth.Rejection;
import org.mcpproxy.oauth.Secret;
import org.mcpproxy.web.BodyBudget;
import org.mcpproxy.web.RequestThreads;

/** How a request under way ends: when its caller may no longer be here, and when its session is yet to be noted. */
class ExchangeTest {

    private static final Settings SETTINGS = Samples.settings();
    private static final RelayLimits ONE_AT_ONCE = oneAtOnce();

    private static final String JSON = "application/json";
    private static final String EVENTS = "text/event-stream";
    private static final Header SESSION = new Header("Mcp-Session-Id", "session");

    /** Whatever the time is, more has passed. */
    private static final Duration LESS_THAN_NONE = Duration.ofNanos(-1);

    private static final Duration AN_HOUR = Duration.ofHours(1);

    private final OpenStreams streams = new OpenStreams(1, Duration.ofSeconds(15));
    private final Client client = new Client();
    private final Backend backend = new Backend();
    private final Check check = new Check();
    private final Threads threads = new Threads();
    private final Noted sessions = new Noted();
    private final List<AuditEvent> audit = new ArrayList<>();
    private final Meters meters = new Meters();
    private final RelayMeters counted = new RelayMeters(SETTINGS, meters);
    private final SettablePolicy policy = new SettablePolicy();
    private final Relay relay = relay((any, holder) -> backend);
    private final RelayRequest request = request();
    private final Exchange exchange = new Exchange(relay, check, request, client.turn(), admitted(request));

    @BeforeEach
    void start() {
        exchange.start(new byte[0]);
    }

    @AfterEach
    void stop() {
        streams.close();
        threads.close();
    }

    @Test
    void aCallerWhoStandsIsNotDisturbed() {
        tick();

        assertThat(client.completed).isZero();
        assertThat(streams.size()).isEqualTo(1);
    }

    @Test
    void aRequestOfARevokedGrantIsRefusedAndItsCallGivenUp() {
        check.stands = () -> false;
        tick();

        assertThat(client.status).isEqualTo(401);
        assertEnded();
        assertThat(backend.cancelled).isEqualTo(1);
    }

    @Test
    void whatIsRefusedOnItsWayIsCountedAsAFailureWithItsReason() {
        check.stands = () -> false;
        tick();

        assertCounted("requests_total", ",method=\"GET\",outcome=\"failed\"", 1);
        assertCounted("request_failures_total", ",reason=\"token_revoked\"", 1);
        assertCounted("request_first_byte_seconds_count", "", 0);
        assertCounted("request_duration_seconds_count", "", 1);
    }

    @Test
    void anAnswerIsCountedWhenItBeginsAndTimedAgainWhenItEnds() {
        backend.answer();

        assertCounted("requests_total", ",method=\"GET\",outcome=\"success\"", 1);
        assertCounted("request_first_byte_seconds_count", "", 1);
        assertCounted("request_duration_seconds_count", "", 0);

        check.stands = () -> false;
        tick();

        assertCounted("requests_total", ",method=\"GET\",outcome=\"failed\"", 0);
        assertCounted("request_duration_seconds_count", "", 1);
    }

    private void assertCounted(String name, String labels, int times) {
        String series = "mcp_proxy_%s{backend=\"%s\"%s}"
                .formatted(name, request.resource().backend().policyName(), labels);
        assertThat(Exposition.of(meters).value(series)).as(series).isEqualTo(times);
    }

    /** Else it would stay open at its server, and hold what waits in it. */
    @Test
    void anAnswerThatCameAtOnceIsGivenUpWhereTheServerIsGoingDown() {
        Admission admission = new Admission(() -> {}, new BodyBudget(0, 0).share(""));
        Backend quick = new Backend();
        quick.soon = Optional.of(
                new BackendClient.Answer(200, List.of(new Header("Content-Type", EVENTS)), quick::subscribe));
        Client another = new Client();
        Exchange late = new Exchange(relay((any, holder) -> quick), check, request, another.turn(), admission);
        streams.close();

        late.start(new byte[0]);

        assertThat(quick.unsubscribed).isEqualTo(1);
        assertThat(another.status).isEqualTo(503);
        assertThat(another.completed).isEqualTo(1);
    }

    @Test
    void aRequestThatFindsNoClockAnyMoreEndsWithTheServer() {
        Client another = new Client();
        Backend slow = new Backend();
        threads.clockStopped = true;
        Exchange late = new Exchange(
                relay((any, holder) -> slow),
                check,
                request,
                another.turn(),
                new Admission(() -> {}, new BodyBudget(0, 0).share("")));

        late.start(new byte[0]);

        assertThat(another.status).isEqualTo(503);
        assertThat(another.completed).isEqualTo(1);
        assertThat(slow.cancelled).isEqualTo(1);
    }

    /** A call that is cut off where its token ends is made again with a new one: what it does, it does twice. */
    @Test
    void aStreamEndsWithItsTokenAndAnAnswerMayComeLater() {
        tick();
        assertThat(check.asked.expiresAt()).isEqualTo(Instant.EPOCH);
        check.stands = () -> false;
        tick();
        check.stands = () -> true;

        RelayRequest call = request("POST");
        Exchange asking = new Exchange(relay, check, call, new Client().turn(), admitted(call));
        asking.start(new byte[0]);
        asking.tick(Connections.ofThisMachine());
        assertThat(check.asked.expiresAt()).isEqualTo(Instant.EPOCH.plus(Caller.ANSWERED_LATER));
    }

    /** The client is to come again, not to sign on again. */
    @Test
    void whereNobodyKnowsWhoMayBeHereARequestIsPutOff() {
        check.stands = ExchangeTest::nobodyKnows;
        tick();

        assertThat(client.status).isEqualTo(503);
        assertThat(client.headers).containsEntry("Retry-After", "5").doesNotContainKey("WWW-Authenticate");
        assertThat(audit).singleElement().extracting("failure").isEqualTo(Reason.STORE_UNAVAILABLE);
        assertEnded();
        assertThat(backend.cancelled).isEqualTo(1);
    }

    @Test
    void whereNobodyKnowsWhoMayBeHereAnOpenStreamIsClosed() {
        backend.answer();
        assertThat(client.status).isEqualTo(200);
        check.stands = ExchangeTest::nobodyKnows;
        tick();

        assertThat(client.status).isEqualTo(200);
        assertThat(backend.unsubscribed).isEqualTo(1);
        assertEnded();
        assertThat(audit).hasSize(2).last().extracting("failure").isEqualTo(Reason.STORE_UNAVAILABLE);
    }

    /** Whoever tells of an answer has other answers to tell of, and must not wait for this client. */
    @Test
    void theHeadOfAStreamIsWrittenOnAThreadOfItsHolder() {
        threads.writeNow = false;
        backend.answer();

        assertThat(client.calls).contains("setStatus").doesNotContain("flushBuffer");
        threads.write();
        assertThat(client.calls).containsSubsequence("flushBuffer", "getOutputStream");
    }

    /** What ends it may wait for a client that does not read. */
    @Test
    void aStreamIsEndedAndItsEndAuditedOnce() {
        backend.answer();
        threads.writeNow = false;
        policy.set("mcp.tools.delete_all.deny=true");
        tick();
        int lines = audit.size();
        tick();

        assertThat(audit).hasSize(lines);
        assertThat(backend.unsubscribed).isEqualTo(1);
    }

    /** Else half of it would look whole, as the container ends whatever is completed. */
    @Test
    void aJsonAnswerThatIsCutOffBreaksItsConnection() {
        backend.answer(JSON);
        check.stands = () -> false;
        tick();

        assertThat(client.broken).isEqualTo(1);
        assertEnded();
    }

    /** Its client opens another, by the same connection. */
    @Test
    void anEventStreamThatIsCutOffKeepsItsConnection() {
        backend.answer();
        check.stands = () -> false;
        tick();

        assertThat(client.broken).isZero();
        assertEnded();
    }

    /** Else its request would look answered with nothing. */
    @Test
    void anEventStreamThatAnswersARequestBreaksItsConnection() {
        Backend answering = new Backend();
        Client asking = new Client();
        Exchange call = begun(asking, answering, SETTINGS);
        answering.answer();
        check.stands = () -> false;
        call.tick(Connections.ofThisMachine());

        assertThat(asking.broken).isEqualTo(1);
        assertThat(asking.completed).isEqualTo(1);
    }

    /** By then the container may have given the response to another request; and nothing is left to audit. */
    @Test
    void whatHasEndedBreaksNoConnection() {
        backend.answer(JSON);
        backend.subscriber.onComplete();
        assertEnded();
        check.stands = () -> false;
        tick();

        assertThat(client.broken).isZero();
        assertThat(client.completed).isEqualTo(1);
        assertThat(audit).hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {JSON, EVENTS})
    void whatTheBackendBreaksOffBreaksItsConnectionAndIsToldOf(String type) {
        backend.answer(type);
        backend.subscriber.onError(new IOException());

        assertThat(client.broken).isEqualTo(1);
        assertEnded();
        assertThat(audit).last().extracting("status", "failure").containsExactly(200, Reason.BACKEND_BROKE_OFF);
        assertCounted("request_failures_total", ",reason=\"backend_broke_off\"", 1);
    }

    /** The attack: not to read the end of an answer, which the audit would tell of at every tick. */
    @Test
    void anAnswerThatTakesTooLongIsCutOffAndAuditedOnce() {
        Backend slow = new Backend();
        Client waiting = new Client();
        Exchange asking = begun(waiting, slow, settings(AN_HOUR, LESS_THAN_NONE));
        slow.answer(JSON);
        threads.writeNow = false;
        asking.tick(Connections.ofThisMachine());
        asking.tick(Connections.ofThisMachine());

        assertThat(slow.unsubscribed).isEqualTo(1);
        assertThat(waiting.broken).isZero();
        threads.write();
        assertThat(waiting.broken).isEqualTo(1);
        assertThat(audit).hasSize(2);
        assertThat(audit).last().extracting("status", "failure").containsExactly(200, Reason.ANSWER_TIMEOUT);
    }

    @Test
    void aSilentStreamIsKeptAliveByTheClock() {
        Backend silent = new Backend();
        Client waiting = new Client();
        Exchange asking = begun(waiting, silent, settings(LESS_THAN_NONE, AN_HOUR));
        silent.answer();
        asking.tick(Connections.ofThisMachine());

        assertThat(waiting.body).hasToString(":\n");
    }

    private Exchange begun(Client by, Backend from, Settings settings) {
        RelayRequest call = request(Endpoints.standard(settings), "POST", Era.LEGACY);
        Admission admission = new Admission(() -> {}, new BodyBudget(0, 0).share(""));
        Exchange begun = new Exchange(relay((any, holder) -> from), check, call, by.turn(), admission);
        begun.start(new byte[0]);
        return begun;
    }

    private static Settings settings(Duration heartbeat, Duration answer) {
        RelayLimits limits = RelayLimits.standard();
        RelayLimits.Times times = new RelayLimits.Times(AN_HOUR, AN_HOUR, AN_HOUR, heartbeat, AN_HOUR, answer);
        return Samples.settings(Backends.of(new org.mcpproxy.config.Backend(
                org.mcpproxy.config.Backend.UNNAMED,
                URI.create("http://slow.internal/mcp"),
                new BackendCredential.None(),
                Set.of(),
                BackendTransport.STANDARD,
                new RelayLimits(limits.sizes(), limits.counts(), times))));
    }

    @Test
    void aStreamWhoseClientHasGoneEnds(@TempDir Path folder) throws IOException {
        backend.answer(JSON);
        String peer = Connections.key(1, "192.0.2.7", 1).orElseThrow().split(" ")[1];
        Connections connections = new Connections(
                Files.writeString(folder.resolve("tcp"), "header\n0: 0:0001 " + peer + ":0001 08 closed\n"));
        connections.look();
        exchange.tick(connections);

        assertThat(backend.unsubscribed).isEqualTo(1);
        assertEnded();
    }

    /** It fits the container's buffer, and waits for no client. */
    @ParameterizedTest
    @CsvSource({"8192, true", "8193, false"})
    void onlyAShortAnswerIsWrittenOnTheContainersThread(int length, boolean onIt) {
        Admission admission = new Admission(() -> {}, new BodyBudget(0, 0).share(""));
        WholeBody body = new WholeBody(List.of(ByteBuffer.allocate(length)));
        Backend quick = new Backend();
        quick.soon = Optional.of(new BackendClient.Answer(200, List.of(), body));
        Client asking = new Client();
        ServletTurn turn = asking.turn();
        new Exchange(relay((any, holder) -> quick), check, request, turn, admission).start(new byte[0]);

        assertThat(turn.isSynchronous()).isEqualTo(onIt);
        assertThat(asking.body.size()).isEqualTo(length);
    }

    @Test
    void whatIsRefusedIsRefusedOnce() {
        check.stands = () -> false;
        tick();
        tick();

        assertThat(audit).hasSize(1);
        assertEnded();
    }

    @Test
    void anAnswerThatCannotBeBegunIsGivenUp() {
        client.failing = true;
        backend.answer();

        assertThat(backend.unsubscribed).isEqualTo(1);
        assertEnded();
    }

    @Test
    void whatTheContainerHasCompletedEndsHereToo() {
        client.completing = () -> {
            throw new IllegalStateException();
        };
        check.stands = () -> false;
        tick();

        assertThat(streams.size()).isZero();
        assertThatItsPlaceIsFree();
    }

    @Test
    void whatEndsEndsOnceThoughTheContainerFails() {
        backend.answer();
        client.completing = () -> {
            throw new IllegalArgumentException();
        };
        check.stands = () -> false;
        tick();

        assertCounted("request_duration_seconds_count", "", 1);
    }

    @Test
    void whereNoThreadIsLeftToWriteOnAStreamEndsToo() {
        threads.stopped = true;
        backend.answer();

        assertThat(client.calls).doesNotContain("flushBuffer");
        assertThat(backend.unsubscribed).isEqualTo(1);
        assertEnded();
    }

    /** It cannot be filtered from its middle on; its client opens another, which is. */
    @Test
    void aStreamThatBeganUnfilteredEndsOnceARuleTakesSomethingOutOfIt() {
        backend.answer();
        policy.set("mcp.groups=*");
        tick();
        assertThat(client.completed).isZero();

        policy.set("mcp.tools.delete_all.deny=true");
        tick();

        assertThat(client.status).isEqualTo(200);
        assertThat(backend.unsubscribed).isEqualTo(1);
        assertEnded();
        assertThat(audit).last().extracting("failure").isEqualTo(Reason.POLICY_CANNOT_READ);
    }

    @Test
    void aStreamThatIsFilteredGoesOnUnderOtherRules() {
        policy.set("mcp.tools.delete_all.deny=true");
        backend.answer();
        policy.set("mcp.prompts.default=deny");
        tick();

        assertThat(client.completed).isZero();
    }

    @Test
    void aStreamEndsWhoseCallerMayNoLongerEnterAndACallGoesOn() {
        backend.answer();
        policy.set("mcp.groups=admins");
        tick();

        assertThat(backend.unsubscribed).isEqualTo(1);
        assertEnded();
        assertThat(audit).last().extracting("failure").isEqualTo(Reason.POLICY_KEEPS_OUT);

        RelayRequest call = request("POST");
        Backend called = new Backend();
        Exchange asking =
                new Exchange(relay((any, holder) -> called), check, call, new Client().turn(), admitted(call));
        asking.start(new byte[0]);
        called.answer();
        asking.tick(Connections.ofThisMachine());
        assertThat(called.unsubscribed).isZero();
    }

    @Test
    void anAnswerThatSaysNothingOfSessionsGoesOnAtOnce() {
        backend.answer();

        assertThat(client.status).isEqualTo(200);
        assertThat(threads.waiting).isEmpty();
    }

    /** The store may let it wait, and the HTTP client's threads are few. */
    @Test
    void aSessionIsNotedOnAThreadOfOurOwnBeforeTheClientHearsOfIt() {
        backend.answer(SESSION);
        assertThat(sessions.noted).isEmpty();
        assertThat(client.status).isZero();

        threads.go();
        assertThat(sessions.noted).containsExactly("session");
        assertThat(client.status).isEqualTo(200);
        assertThat(client.headers.get("Mcp-Session-Id")).startsWith("session.");
    }

    /** Its name says whose it is. */
    @Test
    void aSessionIsHandedOutWhileTheStoreIsAway() {
        sessions.failure = Reason.STORE_UNAVAILABLE;
        backend.answer(SESSION);
        threads.go();

        assertThat(client.status).isEqualTo(200);
        assertThat(client.headers.get("Mcp-Session-Id")).startsWith("session.");
    }

    @Test
    void aSessionThatCannotBeNotedOtherwiseIsNotHandedOut() {
        sessions.failure = Reason.SERVER_FULL;
        backend.answer(SESSION);
        threads.go();

        assertPutOff(Reason.SERVER_FULL);
        assertThat(client.headers).containsEntry("Retry-After", "5").doesNotContainKey("Mcp-Session-Id");
        assertThat(client.body.toString(StandardCharsets.UTF_8)).contains("\"jsonrpc\":\"2.0\"", "\"message\":");
        assertThat(backend.unsubscribed).isEqualTo(1);
    }

    @Test
    void whoeverIsRevokedWhileTheSessionIsNotedDoesNotGetTheAnswer() {
        backend.answer(SESSION);
        check.stands = () -> false;
        tick();
        assertThat(client.status).isEqualTo(401);
        assertEnded();

        assertThatItsPlaceIsFree();
        threads.go();
        assertThat(client.status).isEqualTo(401);
        assertThat(client.headers).doesNotContainKey("Mcp-Session-Id");
        assertThat(client.completed).isEqualTo(1);
        assertThat(backend.unsubscribed).isEqualTo(1);
    }

    @Test
    void whereTheSessionTakesTooLongToNoteItIsTheStoreThatIsLate() {
        backend.answer(SESSION);
        threads.late.run();

        assertPutOff(Reason.STORE_UNAVAILABLE);
        threads.go();
        assertThat(client.status).isEqualTo(503);
        assertThat(client.completed).isEqualTo(1);
        assertThat(backend.unsubscribed).isEqualTo(1);
    }

    @Test
    void whereTheBackendTakesTooLongItIsTheBackend() {
        threads.late.run();

        assertThat(client.status).isEqualTo(504);
        assertEnded();
        assertThat(backend.cancelled).isEqualTo(1);
    }

    /** A call may know that it is something else, but not at once. */
    @Test
    void whereTheBackendTakesTooLongItsCallSaysWhatItIs() {
        backend.late = new CompletableFuture<>();
        threads.late.run();
        assertThat(client.status).isZero();

        backend.late.complete(Reason.SESSION_UNKNOWN);
        assertThat(client.status).isEqualTo(404);
        assertThat(backend.cancelled).isEqualTo(1);
    }

    @Test
    void anAnswerThatComesMeanwhileStays() {
        backend.late = new CompletableFuture<>();
        threads.late.run();
        backend.answer();
        backend.late.complete(Reason.SESSION_UNKNOWN);

        assertThat(client.status).isEqualTo(200);
        assertThat(client.completed).isZero();
        assertThat(backend.unsubscribed).isZero();
    }

    /** Whatever listens at a node's address may be anybody, and the node adds it itself. */
    @Test
    void whatIsHandedOnBearsNoSecretOfOurs() {
        BackendCredential key = new BackendCredential.Static("X-Api-Key", new Secret("of-the-proxy"));
        Settings settings = Samples.settings(Backends.of(new org.mcpproxy.config.Backend(
                org.mcpproxy.config.Backend.UNNAMED,
                URI.create("http://sse.internal/sse"),
                key,
                Set.of(),
                BackendTransport.ofLegacySse(Optional.empty()))));
        RelayRequest call =
                request(Endpoints.standard(settings), "POST", Era.LEGACY).in(NamedSession.unproven("session"));
        Relay handing = relay(settings, (any, holder) -> backend, new Elsewhere());

        sessions.found = Optional.of(new McpSession(SessionOwner.of(call.caller()), Optional.empty()));
        send(handing, call);
        assertThat(Header.values(backend.headers, "X-Api-Key")).containsExactly("of-the-proxy");

        Optional<URI> node = Optional.of(URI.create("http://10.0.0.5:3001"));
        sessions.found = Optional.of(new McpSession(SessionOwner.of(call.caller()), node));
        send(handing, call);
        assertThat(Header.values(backend.headers, "X-Api-Key")).isEmpty();
    }

    private void send(Relay handing, RelayRequest call) {
        Admission admission = new Admission(() -> {}, new BodyBudget(0, 0).share(""));
        new Exchange(handing, check, call, new Client().turn(), admission).start(new byte[0]);
    }

    @Test
    void theEndOfTheServerDoesNotWaitForASessionToBeNoted() {
        backend.answer(SESSION);
        streams.close();

        assertPutOff(Reason.SERVER_FULL);
    }

    @Test
    void whereNoThreadIsLeftAsTheServerEndsTheRequestEndsToo() {
        threads.stopped = true;
        backend.answer(SESSION);

        assertPutOff(Reason.SERVER_FULL);
        assertThatItsPlaceIsFree();
        assertThat(backend.unsubscribed).isEqualTo(1);
    }

    /** A stream that nobody waits for is no failure, and there may be thousands. */
    @Test
    void theEndOfTheServerIsAuditedOfRequestsAlone() {
        backend.answer();
        Backend answering = new Backend();
        Client asking = new Client();
        begun(asking, answering, SETTINGS);
        answering.answer();
        assertThat(audit).hasSize(2);

        streams.close();

        assertEnded();
        assertThat(client.broken).isZero();
        assertThat(asking.broken).isEqualTo(1);
        assertThat(audit).hasSize(3).last().extracting("failure").isEqualTo(Reason.SERVER_FULL);
    }

    @Test
    void aStreamThatBeginsAsTheServerEndsEndsWithIt() {
        client.begun = streams::close;

        backend.answer();

        assertThat(client.status).isEqualTo(200);
        assertThat(backend.unsubscribed).isEqualTo(1);
        assertEnded();
    }

    private void assertPutOff(Reason reason) {
        assertThat(client.status).isEqualTo(503);
        assertThat(audit).singleElement().extracting("failure").isEqualTo(reason);
        assertEnded();
    }

    private void tick() {
        exchange.tick(Connections.ofThisMachine());
    }

    private void assertEnded() {
        assertThat(client.completed).isEqualTo(1);
        assertThat(streams.size()).isZero();
    }

    private Admission admitted(RelayRequest asking) {
        return relay.admissions().admit(asking.caller(), asking.resource().backend());
    }

    private void assertThatItsPlaceIsFree() {
        assertThatCode(() -> admitted(request)).doesNotThrowAnyException();
    }

    private static boolean nobodyKnows() {
        throw Rejection.until(Reason.STORE_UNAVAILABLE, Duration.ofSeconds(5));
    }

    private static RelayLimits oneAtOnce() {
        RelayLimits standard = RelayLimits.standard();
        return new RelayLimits(standard.sizes(), new RelayLimits.Counts(1, 1, 100), standard.times());
    }

    private Relay relay(BackendClients clients) {
        return relay(SETTINGS, clients, new Nodes(null, null, null, null, null));
    }

    private Relay relay(Settings settings, BackendClients clients, Nodes nodes) {
        return new Relay(
                settings,
                clients,
                nodes,
                streams,
                new Admissions(
                        ONE_AT_ONCE,
                        streams,
                        new CallerLimits(ONE_AT_ONCE, new SettableClock()),
                        new BackendLimits(SETTINGS, new SettableClock())),
                new SessionRules(sessions, new SessionNames(settings, Samples.RANDOM), settings, new SettableClock()),
                new BackendCredentials(null, null, null, null, null, null),
                new PolicyGate(policy, null, audit::add, new SettableClock(), 0),
                threads,
                audit::add,
                counted);
    }

    private static RelayRequest request() {
        return request("GET");
    }

    private static RelayRequest request(String method) {
        return request(Endpoints.standard(SETTINGS), method, Era.LEGACY);
    }

    private static RelayRequest request(McpEndpoint endpoint, String method, Era era) {
        Caller caller =
                new Caller(Optional.of("00ualice"), "client", new Scope("mcp"), Optional.of("grant"), Instant.EPOCH);
        return new RelayRequest(
                Samples.TRAIL,
                endpoint,
                caller,
                method,
                era,
                McpHeaders.of(List.of()),
                List.of(),
                Optional.empty(),
                System.nanoTime());
    }

    private final class Elsewhere extends Nodes {

        Elsewhere() {
            super(null, null, null, null, null);
        }

        @Override
        BackendClient at(URI node, RelayRequest request) {
            return backend;
        }
    }

    private static final class Check implements BearerCheck {

        private BooleanSupplier stands = () -> true;
        private Caller asked;

        @Override
        public Checked check(HttpServletRequest request, McpEndpoint endpoint) {
            throw new UnsupportedOperationException();
        }

        @Override
        public boolean standing(Caller caller) {
            asked = caller;
            return stands.getAsBoolean();
        }
    }

    /** Threads that begin when a test says so. */
    private static final class Threads extends RequestThreads {

        private final List<Runnable> waiting = new ArrayList<>();
        private final List<Runnable> writing = new ArrayList<>();
        private boolean writeNow = true;
        private boolean stopped;
        private boolean clockStopped;
        private Runnable late;

        @Override
        public boolean runWriting(String holder, Runnable work) {
            assertThat(holder).isEqualTo("00ualice");
            if (stopped) {
                return false;
            }
            writing.add(work);
            if (writeNow) {
                write();
            }
            return true;
        }

        void write() {
            List<Runnable> now = List.copyOf(writing);
            writing.clear();
            now.forEach(Runnable::run);
        }

        @Override
        public boolean runWaiting(String holder, Runnable work) {
            assertThat(holder).isEqualTo("00ualice");
            return !stopped && waiting.add(work);
        }

        @Override
        public Future<?> after(Duration delay, Runnable work) {
            if (clockStopped) {
                throw new RejectedExecutionException();
            }
            late = work;
            return new CompletableFuture<>();
        }

        void go() {
            List<Runnable> now = List.copyOf(waiting);
            waiting.clear();
            now.forEach(Runnable::run);
        }
    }

    private static final class Noted implements Sessions {

        @Override
        public boolean isKnown(String sessionId) {
            return true;
        }

        private final List<String> noted = new ArrayList<>();
        private Reason failure;
        private Optional<McpSession> found = Optional.empty();

        @Override
        public boolean opened(String sessionId, McpSession session) {
            if (failure != null) {
                throw Rejection.until(failure, Duration.ofSeconds(5));
            }
            return noted.add(sessionId);
        }

        @Override
        public boolean openedEarlier(String sessionId, McpSession session) {
            throw new UnsupportedOperationException();
        }

        @Override
        public Optional<McpSession> find(String sessionId) {
            return found;
        }

        @Override
        public void closed(String sessionId, SessionOwner owner) {
            throw new UnsupportedOperationException();
        }
    }

    /** A backend that answers when a test says so, with an event stream by default, and sends nothing more. */
    private static final class Backend implements BackendClient {

        private final CompletableFuture<Answer> answer = new CompletableFuture<>();
        private Optional<Answer> soon = Optional.empty();
        private int cancelled;
        private int unsubscribed;
        private Flow.Subscriber<? super List<ByteBuffer>> subscriber;
        private CompletableFuture<Reason> late = CompletableFuture.completedFuture(Reason.BACKEND_TIMEOUT);
        private List<Header> headers;

        void answer(Header... more) {
            answer(EVENTS, more);
        }

        void answer(String type, Header... more) {
            List<Header> headers = new ArrayList<>(List.of(more));
            headers.add(new Header("Content-Type", type));
            answer.complete(new Answer(200, headers, this::subscribe));
        }

        @Override
        public Call send(String method, URI url, List<Header> headers, byte[] body) {
            this.headers = headers;
            return new Call() {

                @Override
                public Optional<Answer> soon() {
                    return soon;
                }

                @Override
                public CompletionStage<Answer> answer() {
                    return answer;
                }

                @Override
                public CompletionStage<Reason> late() {
                    return late;
                }

                @Override
                public void cancel() {
                    cancelled++;
                }
            };
        }

        private void subscribe(Flow.Subscriber<? super List<ByteBuffer>> given) {
            subscriber = given;
            given.onSubscribe(new Flow.Subscription() {

                @Override
                public void request(long count) {}

                @Override
                public void cancel() {
                    unsubscribed++;
                }
            });
        }
    }

    /** The container, with one client that has connected and stays. */
    private static final class Client {

        private final Map<String, String> headers = new TreeMap<>();
        private final ByteArrayOutputStream body = new ByteArrayOutputStream();
        private final List<String> calls = new ArrayList<>();
        private int status;
        private int completed;
        private Runnable completing = () -> {};
        private Runnable begun = () -> {};
        private boolean failing;
        private int broken;

        ServletTurn turn() {
            AsyncContext async =
                    as(AsyncContext.class, (method, arguments) -> method.equals("complete") ? complete() : null);
            HttpServletRequest request = as(HttpServletRequest.class, (method, arguments) -> switch (method) {
                case "getLocalPort", "getRemotePort" -> 1;
                case "startAsync" -> async;
                default -> "192.0.2.7";
            });
            return new ServletTurn(request, as(HttpServletResponse.class, this::respond));
        }

        private int complete() {
            completing.run();
            return ++completed;
        }

        private Object respond(String method, Object[] arguments) {
            calls.add(method);
            if (failing) {
                throw new IllegalStateException();
            }
            switch (method) {
                case "setStatus" -> {
                    status = (int) arguments[0];
                    begun.run();
                }
                case "setHeader", "addHeader" -> headers.put((String) arguments[0], (String) arguments[1]);
                case "getOutputStream" -> {
                    return new Out(this);
                }
                default -> {}
            }
            return null;
        }

        private static <T> T as(Class<T> type, Behaviour behaviour) {
            return type.cast(Proxy.newProxyInstance(
                    type.getClassLoader(), new Class<?>[] {type}, (proxy, method, arguments) -> {
                        Object result = behaviour.on(method.getName(), arguments);
                        return method.getReturnType() == void.class ? null : result;
                    }));
        }

        private interface Behaviour {

            Object on(String method, Object[] arguments);
        }
    }

    /** Leads to what breaks the connection as Open Liberty's own does, by public methods. */
    public static final class Out extends ServletOutputStream {

        private final Client client;

        private Out(Client client) {
            this.client = client;
        }

        public Out getOutput() {
            return this;
        }

        public Out getVc() {
            return this;
        }

        public Map<String, Out> getStateMap() {
            return Map.of("HttpDispatcherLink", this);
        }

        public void close(Out connection, Exception why) {
            client.broken++;
        }

        @Override
        public boolean isReady() {
            throw new UnsupportedOperationException();
        }

        @Override
        public void setWriteListener(WriteListener listener) {
            throw new UnsupportedOperationException();
        }

        @Override
        public void write(int octet) {
            client.body.write(octet);
        }
    }
}
