package org.mcpproxy.client.document;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mcpproxy.fixture.Refusals.assertRefused;

import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionService;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorCompletionService;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.mcpproxy.client.ClientIdUrl;
import org.mcpproxy.client.document.CheckedResolver.Lookup;
import org.mcpproxy.config.BadSetting;
import org.mcpproxy.config.ClientDocumentSettings;
import org.mcpproxy.config.TrustedAuthorities;
import org.mcpproxy.fixture.DocumentHost;
import org.mcpproxy.oauth.Reason;
import org.mcpproxy.oauth.Rejection;
import org.mcpproxy.system.Waiting;

/** What a stranger may try who names a URL to be fetched, against a host over real TLS. */
class GuardedFetchTest {

    private static final int MOST = 1024;
    private static final Duration DEADLINE = Duration.ofSeconds(2);

    /** Above the deadline, so that a slow machine is not taken for a fetch without one. */
    private static final Duration ENDED = Duration.ofSeconds(20);

    private static final Lookup DNS = InetAddress::getAllByName;

    @TempDir
    static Path folder;

    private static DocumentHost host;

    @BeforeAll
    static void start() {
        host = new DocumentHost(folder);
    }

    @AfterAll
    static void stop() {
        host.close();
    }

    @Test
    void aShortJsonAnswerIsTaken() {
        host.json("/good", "{\"a\":1}", "Cache-Control: max-age=600");
        host.answer("/other-json", "200 OK", "application/client+json; charset=utf-8", "{}");

        assertThat(fetch("/good")).isEqualTo(new Fetched("{\"a\":1}", "max-age=600"));
        assertThat(fetch("/other-json").text()).isEqualTo("{}");
    }

    @Test
    void theRequestSaysNothingOfThisServerAndAsksForPlainJson() {
        host.json("/heard", "{}", "Set-Cookie: a=b; Path=/");
        ClientDocumentSettings settings = allowing(host.authority());
        try (GuardedFetch fetch = open(new HostRules(settings), settings, DNS, DEADLINE)) {
            fetch.fetch(url(host.url("/heard")), MOST);
            fetch.fetch(url(host.url("/heard")), MOST);
        }

        assertThat(host.requests("/heard"))
                .hasSize(2)
                .allSatisfy(head -> assertThat(head.toLowerCase())
                        .contains("accept-encoding: identity\r\n", "user-agent: okta-mcp-oauth-proxy\r\n")
                        .doesNotContain("cookie", "authorization", "java"));
    }

    @Test
    void aRedirectIsNotFollowed() {
        host.answer("/moved", "302 Found", "application/json", "{}", "Location: " + host.url("/behind"));
        host.json("/behind", "{}");

        assertRefused(Reason.CLIENT_DOCUMENT_UNAVAILABLE, () -> fetch("/moved"));
        assertThat(host.requests("/behind")).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"201 Created", "204 No Content", "403 Forbidden", "500 Internal Server Error"})
    void onlyA200IsTaken(String status) {
        host.answer("/status", status, "application/json", "{}");

        assertRefused(Reason.CLIENT_DOCUMENT_UNAVAILABLE, () -> fetch("/status"));
    }

    /** Whoever is told to come again could be told so for ever. */
    @ParameterizedTest
    @ValueSource(strings = {"503 Service Unavailable", "429 Too Many Requests"})
    void nothingIsAskedForTwice(String status) {
        String path = "/again-" + status.substring(0, 3);
        host.answer(path, status, "application/json", "{}", "Retry-After: 0");

        assertRefused(Reason.CLIENT_DOCUMENT_UNAVAILABLE, () -> fetch(path));
        assertThat(host.requests(path)).hasSize(1);
    }

    @Test
    void aHeadMayBeAsLongAsAllowedAndNoLonger() {
        host.json("/head", "{}", headers(90, "a"));
        host.json("/many-headers", "{}", headers(120, "a"));
        host.json("/long-header", "{}", headers(1, "a".repeat(9 * 1024)));

        assertThat(fetch("/head").text()).isEqualTo("{}");
        assertRefused(Reason.CLIENT_DOCUMENT_UNAVAILABLE, () -> fetch("/many-headers"));
        assertRefused(Reason.CLIENT_DOCUMENT_UNAVAILABLE, () -> fetch("/long-header"));
    }

    private static String[] headers(int count, String value) {
        return IntStream.range(0, count)
                .mapToObj(number -> "X-Header-" + number + ": " + value)
                .toArray(String[]::new);
    }

    @Test
    void aBodyThatIsNoUtf8IsRefused() {
        host.script("/latin", out -> {
            write(out, "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 3\r\n\r\n");
            out.write(new byte[] {'"', (byte) 0xe9, '"'});
        });

        assertRefused(Reason.CLIENT_DOCUMENT_INVALID, () -> fetch("/latin"));
    }

    /** The attack: a host that keeps each of many fetches waiting. */
    @Test
    void noMoreThanSixteenAreUnderWayAndTheOthersComeAgain() throws Exception {
        CountDownLatch held = new CountDownLatch(1);
        host.script("/held", out -> {
            held.await();
            write(out, "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}");
        });
        ClientDocumentSettings settings = allowing(host.authority());
        ExecutorService askers = Executors.newCachedThreadPool();
        try (GuardedFetch fetch = open(new HostRules(settings), settings, DNS, ENDED)) {
            CompletionService<Optional<Reason>> ended = new ExecutorCompletionService<>(askers);
            for (int i = 0; i < 17; i++) {
                ended.submit(() -> refusal(fetch, host.url("/held")));
            }
            assertThat(ended.take().get()).contains(Reason.SERVER_FULL);
            held.countDown();
            for (int i = 0; i < 16; i++) {
                assertThat(ended.take().get()).isNotEqualTo(Optional.of(Reason.SERVER_FULL));
            }
        } finally {
            held.countDown();
            askers.shutdownNow();
        }
    }

    private static Optional<Reason> refusal(GuardedFetch fetch, String url) {
        try {
            fetch.fetch(url(url), MOST);
            return Optional.empty();
        } catch (Rejection rejection) {
            return Optional.of(rejection.reason());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"text/html", "text/plain", "application/jsonp", "application/json-seq", "text/x+json"})
    void anotherContentTypeIsRefused(String type) {
        host.answer("/type", "200 OK", type, "{}");

        assertRefused(Reason.CLIENT_DOCUMENT_INVALID, () -> fetch("/type"));
    }

    @Test
    void aCompressedBodyIsRefused() {
        host.json("/compressed", "{}", "Content-Encoding: gzip");

        assertRefused(Reason.CLIENT_DOCUMENT_INVALID, () -> fetch("/compressed"));
    }

    @Test
    void aBodyMayBeAsLongAsAllowedAndNoLonger() {
        host.json("/long", "a".repeat(MOST));
        host.json("/longer", "a".repeat(MOST + 1));

        assertThat(fetch("/long").text()).hasSize(MOST);
        assertRefused(Reason.CLIENT_DOCUMENT_INVALID, () -> fetch("/longer"));
    }

    @Test
    void aBodyOfTenGigabytesIsLeftAtOnce() {
        long tenGigabytes = 10L * 1024 * 1024 * 1024;
        AtomicInteger sent = new AtomicInteger();
        host.script("/huge", out -> {
            write(
                    out,
                    "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: " + tenGigabytes
                            + "\r\n\r\n");
            for (long kilobytes = tenGigabytes / 1024; kilobytes > 0; kilobytes--) {
                out.write(new byte[1024]);
                sent.incrementAndGet();
            }
        });

        Instant begun = Instant.now();
        assertRefused(Reason.CLIENT_DOCUMENT_INVALID, () -> fetch("/huge"));
        assertThat(Duration.between(begun, Instant.now())).isLessThan(ENDED);
        assertThat(sent.get()).isLessThan(64 * 1024);
    }

    @Test
    void aBodyOfOneByteASecondEndsWithTheDeadline() {
        int before = host.brokenOff();
        host.script("/slow", out -> {
            write(out, "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n");
            drip(out, 60);
        });

        assertEndsWithTheDeadline("/slow", before);
    }

    @Test
    void aHeadOfOneByteASecondEndsWithTheDeadline() {
        int before = host.brokenOff();
        host.script("/slow-head", out -> {
            write(out, "HTTP/1.1 200 OK\r\nX-Slow: ");
            drip(out, 60);
        });

        assertEndsWithTheDeadline("/slow-head", before);
    }

    /** Its certificate is for another name. */
    @Test
    void aHostThatCannotProveItsNameIsRefused() {
        String url = "https://docs.example:" + host.port() + "/good";

        assertRefused(
                Reason.CLIENT_DOCUMENT_UNAVAILABLE,
                () -> fetch(allowing("docs.example:" + host.port()), name -> loopback(), url));
        assertThat(host.requests("/good")).as("of this name").noneMatch(head -> head.contains("docs.example"));
    }

    @Test
    void aHostThatNoKnownAuthorityVouchesForIsRefused() {
        ClientDocumentSettings settings = settings(Set.of(host.authority()), Optional.empty(), Optional.empty());
        try (GuardedFetch fetch = open(new HostRules(settings), settings, DNS, DEADLINE)) {
            assertRefused(Reason.CLIENT_DOCUMENT_UNAVAILABLE, () -> fetch.fetch(url(host.url("/good")), MOST));
        }
    }

    /** Every way to write an address in digits, and names that mean this machine. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "127.0.0.1",
                "10.0.0.1",
                "169.254.169.254",
                "8.8.8.8",
                "2130706433",
                "[::1]",
                "[fe80::1]",
                "[fd00::1]",
                "[::ffff:127.0.0.1]",
                "[2001:4860:4860::8888]",
                "localhost",
                "localhost.",
                "a.localhost",
                "intranet",
                "metadata.google.internal",
                "printer.local",
                "app.example:8443"
            })
    void aHostThatIsNotAPublicNameIsNotAsked(String authority) {
        AtomicInteger lookups = new AtomicInteger();
        for (Optional<URI> proxy : proxies()) {
            assertRefused(
                    Reason.CLIENT_DOCUMENT_HOST_PRIVATE,
                    () -> fetch(
                            settings(Set.of(), proxy, Optional.empty()),
                            name -> {
                                lookups.incrementAndGet();
                                return loopback();
                            },
                            "https://" + authority + "/client.json"));
        }
        assertThat(lookups).hasValue(0);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "127.0.0.1",
                "10.1.2.3",
                "169.254.169.254",
                "100.64.1.1",
                "::1",
                "fe80::1",
                "fd00::1",
                "64:ff9b::a00:1"
            })
    void aNameThatLeadsToAPrivateAddressIsNotConnectedTo(String address) {
        int before = host.connections();

        assertRefused(Reason.CLIENT_DOCUMENT_UNAVAILABLE, () -> fetchUnlisted(name -> addresses(address)));
        assertThat(host.connections()).isEqualTo(before);
    }

    @Test
    void aHostThatMayBePrivateAtOnePortIsNotAskedAtTheUsualOne() {
        ClientDocumentSettings settings = settings(Set.of("docs.example:8443"), Optional.empty(), Optional.empty());

        assertRefused(
                Reason.CLIENT_DOCUMENT_HOST_PRIVATE,
                () -> fetch(settings, name -> loopback(), "https://docs.example/client.json"));
    }

    @Test
    void onePrivateAddressAmongPublicOnesIsEnough() {
        int before = host.connections();

        assertRefused(
                Reason.CLIENT_DOCUMENT_UNAVAILABLE, () -> fetchUnlisted(name -> addresses("8.8.8.8", "10.0.0.1")));
        assertRefused(
                Reason.CLIENT_DOCUMENT_UNAVAILABLE, () -> fetchUnlisted(name -> addresses("127.0.0.1", "8.8.8.8")));
        assertThat(host.connections()).isEqualTo(before);
    }

    /** Were the name asked for again to connect, the second answer would lead to this machine. */
    @Test
    void aNameWhoseAnswerChangesIsConnectedToAtTheAddressThatWasChecked() {
        int before = host.connections();
        AtomicInteger lookups = new AtomicInteger();

        assertRefused(
                Reason.CLIENT_DOCUMENT_UNAVAILABLE,
                () -> fetchUnlisted(name -> lookups.getAndIncrement() == 0 ? addresses("2001:4860::1") : loopback()));
        assertThat(lookups).hasValue(1);
        assertThat(host.connections()).isEqualTo(before);
    }

    @Test
    void theJvmsOwnProxySettingsAreNotHeeded() {
        host.json("/direct", "{}");
        System.setProperty("https.proxyHost", "127.0.0.1");
        System.setProperty("https.proxyPort", "1");
        try {
            assertThat(fetch("/direct").text()).isEqualTo("{}");
        } finally {
            System.clearProperty("https.proxyHost");
            System.clearProperty("https.proxyPort");
        }
    }

    /** Which looks the name up itself. */
    @Test
    void withAnEgressProxyEveryFetchGoesThroughIt() throws Exception {
        host.json("/through", "{}");
        try (ConnectProxy proxy = new ConnectProxy(host.port())) {
            ClientDocumentSettings settings =
                    settings(Set.of(host.authority()), Optional.of(proxy.url()), Optional.of(host.authorities()));

            assertThat(fetch(settings, DNS, host.url("/through")).text()).isEqualTo("{}");
            assertThat(proxy.asked()).isEqualTo("CONNECT " + host.authority() + " HTTP/1.1");
        }
    }

    @Test
    void domainsAreAllowedAndDeniedWithTheirSubdomains() {
        ClientDocumentSettings settings = new ClientDocumentSettings(
                true, Set.of("good.example"), Set.of("bad.good.example"), Set.of(), Optional.empty(), Optional.empty());
        HostRules rules = new HostRules(settings);

        rules.require(url("https://good.example/c"));
        rules.require(url("https://a.good.example/c"));
        for (String host : Set.of(
                "evilgood.example",
                "good.example.evil.example",
                "bad.good.example",
                "a.bad.good.example",
                "bad.good.example.",
                "other.example")) {
            assertRefused(Reason.CLIENT_DOCUMENT_HOST_DENIED, () -> rules.require(url("https://" + host + "/c")));
        }
    }

    /** To DNS, a name with a dot at its end is the same name. */
    @Test
    void aDomainThatIsDeniedIsDeniedHoweverItsNameEnds() {
        HostRules rules = new HostRules(new ClientDocumentSettings(
                true, Set.of(), Set.of("bad.example"), Set.of(), Optional.empty(), Optional.empty()));

        rules.require(url("https://good.example./c"));
        for (String host : Set.of("bad.example", "bad.example.", "a.bad.example.")) {
            assertRefused(Reason.CLIENT_DOCUMENT_HOST_DENIED, () -> rules.require(url("https://" + host + "/c")));
        }
    }

    private static Set<Optional<URI>> proxies() {
        return Set.of(Optional.empty(), Optional.of(URI.create("http://127.0.0.1:1")));
    }

    private static void assertEndsWithTheDeadline(String path, int brokenOffBefore) {
        ClientDocumentSettings settings = allowing(host.authority());
        try (GuardedFetch fetch = open(new HostRules(settings), settings, DNS, DEADLINE)) {
            Instant begun = Instant.now();
            assertRefused(Reason.CLIENT_DOCUMENT_UNAVAILABLE, () -> fetch.fetch(url(host.url(path)), MOST));
            assertThat(Duration.between(begun, Instant.now())).isLessThan(ENDED);
            Waiting.until(
                    "the connection to be ended, though the fetches go on",
                    ENDED,
                    () -> host.brokenOff() > brokenOffBefore);
        }
    }

    private static GuardedFetch open(
            HostRules rules, ClientDocumentSettings settings, Lookup lookup, Duration deadline) {
        try {
            return new GuardedFetch(
                    rules, FetchClient.of(settings, settings.tls().open(), lookup), deadline);
        } catch (BadSetting e) {
            throw new IllegalStateException(e);
        }
    }

    private static Fetched fetch(String path) {
        return fetch(allowing(host.authority()), DNS, host.url(path));
    }

    /** Of a host that passes for a public one by its name, but that nobody has listed for its addresses. */
    private static void fetchUnlisted(Lookup lookup) {
        String authority = "docs.example:" + host.port();
        HostRules anyPort = new HostRules(allowing(authority));
        ClientDocumentSettings unlisted = settings(Set.of(), Optional.empty(), Optional.of(host.authorities()));
        fetch(anyPort, unlisted, lookup, "https://" + authority + "/good");
    }

    private static Fetched fetch(ClientDocumentSettings settings, Lookup lookup, String url) {
        return fetch(new HostRules(settings), settings, lookup, url);
    }

    private static Fetched fetch(HostRules rules, ClientDocumentSettings settings, Lookup lookup, String url) {
        try (GuardedFetch fetch = open(rules, settings, lookup, DEADLINE)) {
            return fetch.fetch(url(url), MOST);
        }
    }

    private static ClientDocumentSettings allowing(String authority) {
        return settings(Set.of(authority), Optional.empty(), Optional.of(host.authorities()));
    }

    private static ClientDocumentSettings settings(
            Set<String> privateHosts, Optional<URI> proxy, Optional<TrustedAuthorities> authorities) {
        return new ClientDocumentSettings(true, Set.of(), Set.of(), privateHosts, proxy, authorities);
    }

    private static ClientIdUrl url(String url) {
        return ClientIdUrl.parse(url).orElseThrow();
    }

    private static InetAddress[] loopback() {
        return addresses("127.0.0.1");
    }

    private static InetAddress[] addresses(String... literals) {
        InetAddress[] addresses = new InetAddress[literals.length];
        for (int i = 0; i < literals.length; i++) {
            try {
                addresses[i] = InetAddress.getByName(literals[i]);
            } catch (UnknownHostException e) {
                throw new IllegalStateException(e);
            }
        }
        return addresses;
    }

    private static void write(OutputStream out, String text) throws IOException {
        out.write(text.getBytes(StandardCharsets.US_ASCII));
        out.flush();
    }

    private static void drip(OutputStream out, int seconds) throws IOException, InterruptedException {
        for (int i = 0; i < seconds; i++) {
            write(out, "a");
            // the attack itself: nothing is waited for here
            Thread.sleep(1000);
        }
    }
}
