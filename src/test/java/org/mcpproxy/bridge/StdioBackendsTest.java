package org.mcpproxy.bridge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.nimbusds.oauth2.sdk.Scope;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.mcpproxy.config.Backend;
import org.mcpproxy.config.BackendCredential;
import org.mcpproxy.config.BackendTransport;
import org.mcpproxy.config.RelayLimits;
import org.mcpproxy.config.StdioCommand;
import org.mcpproxy.oauth.Reason;
import org.mcpproxy.oauth.Rejection;
import org.mcpproxy.oauth.Secret;
import org.mcpproxy.relay.BackendClient;
import org.mcpproxy.relay.Caller;
import org.mcpproxy.relay.CallerCredential;
import org.mcpproxy.relay.Era;
import org.mcpproxy.relay.Header;
import org.mcpproxy.system.Waiting;

/** With real processes. */
class StdioBackendsTest {

    private static final String INITIALIZE = "{\"jsonrpc\":\"2.0\",\"id\":0,\"method\":\"initialize\",\"params\":{}}";
    private static final RelayLimits STANDARD = RelayLimits.standard();
    private static final CallerCredential NONE = () -> CompletableFuture.completedFuture(Optional.empty());
    private static final Duration LONG = Duration.ofMinutes(10);

    private RelayLimits limits = limits(3, LONG);
    private Backend backend = backend(Map.of(), "plain");
    private BridgedBackends backends = backends();

    @AfterEach
    void stop() {
        backends.stop();
        Waiting.until("nothing is left", Said.PATIENCE, () -> backends.waiting().held() == 0);
    }

    @Test
    void aSessionIsOpenedUsedAndEnded() {
        String session = initialize("ada");

        assertThat(session).hasSizeGreaterThanOrEqualTo(43);
        assertThat(post("ada", session, "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/initialized\"}")
                        .status())
                .isEqualTo(202);
        Said progress = post("ada", session, call("progress"));
        assertThat(progress.header("Content-Type")).isEqualTo("text/event-stream");
        assertThat(progress.body())
                .contains("\"progressToken\":\"tok\"")
                .contains("\"id\":5,")
                .contains("done");

        long pid = Long.parseLong(text(post("ada", session, call("pid")).body()));
        assertThat(send("DELETE", "ada", session, "").status()).isEqualTo(200);
        awaitGone(pid);
        assertThat(refused(() -> post("ada", session, call("pid")))).isEqualTo(Reason.SESSION_UNKNOWN);
    }

    @Test
    void aServersRequestIsAnsweredByTheClient() {
        String session = initialize("ada");
        Said stream = send("GET", "ada", session, "");

        BackendClient.Call asking = call("POST", "ada", session, Era.LEGACY, call("ask"));
        stream.awaitText("sampling/createMessage");
        post("ada", session, "{\"jsonrpc\":\"2.0\",\"id\":\"of-server\",\"result\":{\"said\":\"hello\"}}");

        assertThat(Said.of(asking).body()).contains("hello");
        post("ada", session, call("tell"));
        stream.awaitText("news");
    }

    @Test
    void eachSessionHasItsProcessAndEachModernUserHasOne() {
        String one = text(post("ada", initialize("ada"), call("pid")).body());
        String two = text(post("ada", initialize("ada"), call("pid")).body());
        String three = text(modern("ada", call("pid")).body());

        assertThat(Set.of(one, two, three)).hasSize(3);
        assertThat(text(modern("ada", call("pid")).body())).isEqualTo(three);
        assertThat(refused(() -> modern("bob", call("pid")))).isEqualTo(Reason.SERVER_FULL);
    }

    /** The node has room for three, and this server's own bound is one; another of the user's goes on. */
    @Test
    void aServerWithABoundOfItsOwnRunsNoMoreAndOthersDo() {
        Backend other = backend;
        backend = with("bounded", new RelayLimits.Stdio(1, 1, 60_000, LONG, LONG));
        backends.stop();
        backends = backends(other);

        assertThat(modern("ada", call("pid")).status()).isEqualTo(200);
        assertThat(refused(() -> modern("bob", call("pid")))).isEqualTo(Reason.BACKEND_FULL);
        assertThat(refused(() -> post("ada", null, INITIALIZE))).isEqualTo(Reason.CALLER_TOO_BUSY);

        backend = other;
        assertThat(modern("ada", call("pid")).status()).isEqualTo(200);
        assertThat(modern("bob", call("pid")).status()).isEqualTo(200);
    }

    @Test
    void eachServerHasItsOwnTimeToBeUnused() {
        Backend other = backend;
        backend = with("brief", new RelayLimits.Stdio(3, 3, 60_000, Duration.ofMillis(300), LONG));
        backends.stop();
        backends = backends(other);

        modern("ada", call("pid"));
        Backend brief = backend;
        backend = other;
        String kept = text(modern("ada", call("pid")).body());

        Waiting.until("the end of the idle", Said.PATIENCE, () -> backends.count() == 1);
        assertThat(text(modern("ada", call("pid")).body())).isEqualTo(kept);
        backend = brief;
        assertThat(text(modern("ada", call("pid")).body())).isNotEqualTo(kept);
    }

    private Backend with(String name, RelayLimits.Stdio stdio) {
        return new Backend(
                name,
                backend.url(),
                backend.credential(),
                Set.of(),
                backend.transport(),
                new RelayLimits(
                        STANDARD.sizes(), RelayLimits.Counts.NONE, STANDARD.times(), stdio, STANDARD.legacySse()));
    }

    @Test
    void withoutASessionNothingIsStartedButByInitialize() {
        assertThat(refused(() -> post("ada", null, call("pid")))).isEqualTo(Reason.SESSION_MISSING);
        assertThat(refused(() -> send("GET", "ada", null, ""))).isEqualTo(Reason.SESSION_MISSING);
        assertThat(refused(() -> post("ada", "guessed", call("pid")))).isEqualTo(Reason.SESSION_UNKNOWN);
        assertThat(Said.of(call("GET", "ada", null, Era.MODERN, "")).status()).isEqualTo(405);
        assertThat(backends.count()).isZero();
    }

    @Test
    void theProcessSeesTheEnvironmentThatItIsGivenAndNoOther() {
        backend = backend(Map.of("API_KEY", new Secret("k e=y")), "plain");

        String environment = text(modern("ada", call("env")).body());

        assertThat(environment).contains("API_KEY=k e=y");
        assertThat(environment.replaceAll("\\{?API_KEY=k e=y,? ?|\\}", "")).doesNotContain("PATH=", "HOME=", "USER=");
    }

    @Test
    void noShellReadsTheArguments() {
        backend = backend(Map.of("HOME", new Secret("/x")), "$HOME", "`id`", "$(id)", "a; touch b", "*", "> c", "");

        assertThat(text(modern("ada", call("args")).body())).isEqualTo("$HOME|`id`|$(id)|a; touch b|*|> c|");
    }

    @Test
    void aProcessThatNobodyUsesIsEndedAndOneInUseIsNot() {
        backends.stop();
        limits = limits(10, Duration.ofMillis(300));
        backend = backend(Map.of(), "plain");
        backends = backends();
        AtomicReference<String> listened = new AtomicReference<>();
        AtomicReference<Said> stream = new AtomicReference<>();
        Waiting.until("somebody listens before the end of the idle", Said.PATIENCE, () -> {
            listened.set(initialize("ada"));
            return catchThrowable(() -> stream.set(send("GET", "ada", listened.get(), ""))) == null;
        });
        String unused = initialize("ada");
        Waiting.until("the end of the idle", Said.PATIENCE, () -> backends.count() == 1);

        assertThat(refused(() -> post("ada", unused, call("pid")))).isEqualTo(Reason.SESSION_UNKNOWN);
        assertThat(post("ada", listened.get(), call("pid")).status()).isEqualTo(200);
        stream.get().leave();
        Waiting.until("the end of all", Said.PATIENCE, () -> backends.count() == 0);
    }

    @Test
    void aModernClientThatGoesIsToldToTheProcessWithinASecond() {
        BackendClient.Call hanging = call("POST", "ada", null, Era.MODERN, call("hang"));
        assertThat(modern("ada", call("heard")).body()).doesNotContain("notifications/cancelled");

        hanging.cancel();

        Waiting.until(
                "the cancellation",
                Duration.ofSeconds(1),
                () -> modern("ada", call("heard")).body().contains("notifications/cancelled"));
    }

    @Test
    void aLongCallBecomesAnEventStreamOfItself() {
        Said hanging = modern("ada", call("hang"));

        assertThat(hanging.header("Content-Type")).isEqualTo("text/event-stream");
        assertThat(hanging.soFar()).isEmpty();
    }

    @Test
    void aProcessThatWritesGarbageIsEnded() {
        for (String tool : List.of("garbage", "long")) {
            String session = initialize(tool);
            assertThat(refused(() -> post(tool, session, call(tool)))).isEqualTo(Reason.BACKEND_BROKE_OFF);
            assertThat(refused(() -> post(tool, session, call("pid")))).isEqualTo(Reason.SESSION_UNKNOWN);
        }
        Waiting.until("the end of both", Said.PATIENCE, () -> backends.count() == 0);
    }

    @Test
    void aProcessThatDiesAtOnceIsNotStartedAgainAtOnce() {
        backend = backend(Map.of(), "die");
        assertThat(refused(() -> modern("ada", call("pid"))))
                .isIn(Reason.BACKEND_BROKE_OFF, Reason.BACKEND_UNAVAILABLE);
        Waiting.until("its end", Said.PATIENCE, () -> backends.count() == 0);

        Rejection refused = catchThrowableOfType(Rejection.class, () -> modern("ada", call("pid")));
        assertThat(refused.reason()).isEqualTo(Reason.BACKEND_DOWN);
        assertThat(refused.retryAfter()).isPresent();
    }

    @Test
    void aKilledModernProcessIsStartedAgainAfterTheWait() {
        long pid = Long.parseLong(text(modern("ada", call("pid")).body()));
        ProcessHandle.of(pid).orElseThrow().destroyForcibly();
        Waiting.until("its end", Said.PATIENCE, () -> backends.count() == 0);

        Waiting.until("another", Said.PATIENCE, () -> {
            try {
                return Long.parseLong(text(modern("ada", call("pid")).body())) != pid;
            } catch (Rejection e) {
                return false;
            }
        });
    }

    @Test
    void aProcessThatDoesNotReadKeepsNobodyWaitingAndHoldsALittleOnly() {
        call("POST", "ada", null, Era.MODERN, call("deaf"));
        String large = call("pid").replace("\"params\":{", "\"params\":{\"filler\":\"" + "x".repeat(500_000) + "\",");

        Reason refused = refused(() -> {
            for (int i = 0; i < 10; i++) {
                call("POST", "ada", null, Era.MODERN, large);
            }
        });

        assertThat(refused).isEqualTo(Reason.SERVER_FULL);
        assertThat(modern("bob", call("pid")).status()).isEqualTo(200);
    }

    @Test
    void theEndOfAllEndsTheStubbornAndTheirChildren() {
        backend = backend(Map.of(), "stubborn");
        long pid = Long.parseLong(text(modern("ada", call("pid")).body()));
        long child = Long.parseLong(text(modern("ada", call("child")).body()));
        call("POST", "ada", null, Era.MODERN, call("deaf"));

        backends.stop();

        awaitGone(pid);
        awaitGone(child);
        assertThat(backends.count()).isZero();
        assertThat(refused(() -> modern("ada", call("pid")))).isEqualTo(Reason.SERVER_FULL);
    }

    @Test
    void aProgramThatCannotBeStartedGivesItsPlaceBack() {
        backend = backend(new StdioCommand(List.of("/etc/passwd"), Map.of()));

        assertThat(refused(() -> modern("ada", call("pid")))).isEqualTo(Reason.BACKEND_UNAVAILABLE);
        assertThat(backends.count()).isZero();
    }

    private String initialize(String user) {
        Said opened = post(user, null, INITIALIZE);
        assertThat(opened.status()).isEqualTo(200);
        assertThat(opened.header("Content-Type")).isEqualTo("application/json");
        assertThat(opened.body()).contains("\"id\":0,").contains("serverInfo");
        return opened.header("Mcp-Session-Id");
    }

    private Said post(String user, String session, String body) {
        return send("POST", user, session, body);
    }

    private Said send(String method, String user, String session, String body) {
        return Said.of(call(method, user, session, Era.LEGACY, body));
    }

    private Said modern(String user, String body) {
        return Said.of(call("POST", user, null, Era.MODERN, body));
    }

    private BackendClient.Call call(String method, String user, String session, Era era, String body) {
        Caller caller = new Caller(
                Optional.of(user), "client", new Scope("mcp"), Optional.empty(), Instant.MAX, Optional.empty());
        List<Header> headers = new ArrayList<>(List.of(new Header("Accept", "application/json, text/event-stream")));
        if (session != null) {
            headers.add(new Header("Mcp-Session-Id", session));
        }
        return backends.of(backend, caller, era, (unused, holder) -> null, NONE)
                .send(method, backend.url(), headers, body.getBytes(StandardCharsets.UTF_8));
    }

    private static String call(String tool) {
        return "{\"jsonrpc\":\"2.0\",\"id\":5,\"method\":\"tools/call\",\"params\":{\"name\":\"" + tool
                + "\",\"_meta\":{\"progressToken\":\"tok\"}}}";
    }

    private static String text(String body) {
        int from = body.indexOf("\"text\":\"") + 8;
        return body.substring(from, body.indexOf("\"}", from));
    }

    private static Reason refused(Runnable call) {
        return catchThrowableOfType(Rejection.class, call::run).reason();
    }

    private static void awaitGone(long pid) {
        Waiting.until(
                "the end of " + pid,
                Said.PATIENCE,
                () -> ProcessHandle.of(pid).filter(ProcessHandle::isAlive).isEmpty());
    }

    private static RelayLimits limits(int most, Duration idle) {
        return new RelayLimits(
                STANDARD.sizes(),
                STANDARD.counts(),
                STANDARD.times(),
                new RelayLimits.Stdio(most, most, 50_000 + 4096, idle, Duration.ofSeconds(30)),
                STANDARD.legacySse());
    }

    private BridgedBackends backends(Backend... others) {
        Set<Backend> all = Stream.concat(Stream.of(backend), Stream.of(others)).collect(Collectors.toSet());
        return new BridgedBackends(limits, all, Clock.systemUTC(), new SecureRandom());
    }

    private Backend backend(Map<String, Secret> environment, String... arguments) {
        return backend(new StdioCommand(StdioServer.command(arguments), environment));
    }

    private Backend backend(StdioCommand command) {
        return new Backend(
                "files",
                URI.create("stdio:files"),
                new BackendCredential.None(),
                Set.of(),
                BackendTransport.of(command),
                limits.ofOneBackend());
    }
}
