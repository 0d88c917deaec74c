package org.mcpproxy.relay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import org.apache.catalina.connector.Connector;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.mcpproxy.config.BackendTls;
import org.mcpproxy.config.BackendTransport;
import org.mcpproxy.config.BackendTransport.HttpVersion;
import org.mcpproxy.config.ClientCertificate;
import org.mcpproxy.config.RelayLimits;
import org.mcpproxy.config.TrustedAuthorities;
import org.mcpproxy.fixture.CertificateFiles;
import org.mcpproxy.fixture.SettableClock;
import org.mcpproxy.oauth.Reason;
import org.mcpproxy.oauth.Rejection;
import org.mcpproxy.oauth.Secret;
import org.mcpproxy.relay.http2.ClientThreads;
import org.mcpproxy.relay.http2.NegotiatingClient;
import org.mcpproxy.system.Waiting;
import org.mcpproxy.web.BodyBudget;

/** Against a real server: what is trusted, what is presented, and which HTTP is spoken. */
class NegotiatingClientTest {

    private static final Duration SOON = Duration.ofSeconds(20);
    private static final Optional<Secret> PASSWORD = Optional.of(new Secret(CertificateFiles.PASSWORD));

    @TempDir
    static Path folder;

    private static CertificateFiles files;
    private static TomcatBackend backend;
    private static Connector plain;
    private static Connector good;
    private static Connector elsewhere;
    private static Connector expired;
    private static Connector mutual;
    private static Connector old;
    private static Connector cleartext;
    private static ClientThreads threads;
    private static final List<NegotiatingClient> CLIENTS = new ArrayList<>();

    private final SettableClock clock = new SettableClock();

    @BeforeAll
    static void start() throws Exception {
        files = new CertificateFiles(folder);
        backend = new TomcatBackend(files);
        plain = backend.plain();
        good = backend.secure("good", false);
        elsewhere = backend.secure("elsewhere", false);
        expired = backend.secure("expired", false);
        mutual = backend.secure("good", true);
        old = backend.secureWithoutHttp2("good");
        cleartext = backend.cleartextHttp2(100);
        backend.start();
        threads = new ClientThreads(20, new BodyBudget(1_000_000, 1_000_000));
    }

    @AfterAll
    static void stop() throws Exception {
        backend.close();
        CLIENTS.forEach(NegotiatingClient::close);
        threads.close();
    }

    @Test
    void aBackendOfATrustedAuthorityIsReached() throws Exception {
        assertThat(text(client(trusting("authority")), good)).startsWith("HTTP/2.0");
        BackendTls store = new BackendTls(
                Optional.of(new TrustedAuthorities(files.trustStore("authority"), PASSWORD)), Optional.empty());
        assertThat(text(client(store), good)).startsWith("HTTP/2.0");
    }

    @Test
    void noOtherIsReachedNorSentAnything() throws Exception {
        int before = backend.requests.get();

        assertThat(refused(client(trusting("foreign")), good)).isEqualTo(Reason.BACKEND_TLS_FAILED);
        assertThat(refused(client(trusting("authority")), elsewhere)).isEqualTo(Reason.BACKEND_TLS_FAILED);
        assertThat(refused(client(trusting("authority")), expired)).isEqualTo(Reason.BACKEND_TLS_FAILED);
        assertThat(refused(client(BackendTransport.STANDARD), good)).isEqualTo(Reason.BACKEND_TLS_FAILED);
        assertThat(refused(client(trusting("foreign")), old)).isEqualTo(Reason.BACKEND_TLS_FAILED);
        assertThat(backend.requests).hasValue(before);
    }

    @Test
    void aBackendThatWantsOurCertificateGetsIt() throws Exception {
        for (ClientCertificate certificate : List.of(
                new ClientCertificate.Pem(files.certificate("client"), files.key("client")),
                new ClientCertificate.Pkcs12(files.keyStore("client"), PASSWORD))) {
            BackendTls tls = new BackendTls(trusting("authority").authorities(), Optional.of(certificate));

            assertThat(text(client(tls), mutual)).endsWith("CN=client");
        }
    }

    @Test
    void withoutOneOrWithAnothersNothingComesThrough() throws Exception {
        int before = backend.requests.get();
        BackendTls foreign = new BackendTls(
                trusting("authority").authorities(),
                Optional.of(new ClientCertificate.Pem(files.certificate("foreign"), files.key("foreign"))));

        assertThat(refused(client(trusting("authority")), mutual)).isEqualTo(Reason.BACKEND_TLS_FAILED);
        assertThat(refused(client(foreign), mutual)).isEqualTo(Reason.BACKEND_TLS_FAILED);
        assertThat(backend.requests).hasValue(before);
    }

    @Test
    void changedFilesAreReadAgainAndBadOnesAreNot() throws Exception {
        Path file = folder.resolve("changing.crt");
        Files.copy(files.certificate("foreign"), file, StandardCopyOption.REPLACE_EXISTING);
        BackendClient client =
                client(new BackendTls(Optional.of(new TrustedAuthorities(file, Optional.empty())), Optional.empty()));
        assertThat(refused(client, good)).isEqualTo(Reason.BACKEND_TLS_FAILED);

        Files.copy(files.certificate("authority"), file, StandardCopyOption.REPLACE_EXISTING);
        Files.setLastModifiedTime(file, FileTime.from(Instant.now().plusSeconds(10)));
        clock.advance(Duration.ofSeconds(11));
        assertThat(text(client, good)).startsWith("HTTP/2.0");

        Files.writeString(file, "not yet whole");
        clock.advance(Duration.ofSeconds(11));
        assertThat(text(client, good)).startsWith("HTTP/2.0");

        // the connection that is still open was opened to one who is trusted no more
        Files.copy(files.certificate("foreign"), file, StandardCopyOption.REPLACE_EXISTING);
        Files.setLastModifiedTime(file, FileTime.from(Instant.now().plusSeconds(20)));
        clock.advance(Duration.ofSeconds(11));
        assertThat(refused(client, good)).isEqualTo(Reason.BACKEND_TLS_FAILED);
    }

    /** The attack: whoever is on the way cuts the connection, and would pass off the beginning as the whole. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void anAnswerThatOnlyItsConnectionEndsIsWholeOnlyWhereTheServerSaysSo(boolean cut) throws Exception {
        SSLContext context = new BackendTls(
                        Optional.empty(), Optional.of(new ClientCertificate.Pkcs12(files.keyStore("good"), PASSWORD)))
                .open();
        try (ServerSocket listener = new ServerSocket(0)) {
            BackendClient.Call call = client(trusting("authority"))
                    .send(
                            "GET",
                            URI.create("https://localhost:" + listener.getLocalPort() + "/"),
                            List.of(),
                            new byte[0]);
            Socket plain = listener.accept();
            SSLSocket secure = (SSLSocket) context.getSocketFactory().createSocket(plain, null, 0, false);
            secure.setUseClientMode(false);
            secure.getInputStream().read(new byte[8_000]);
            secure.getOutputStream().write("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nsome".getBytes());
            Events events = new Events();
            answer(call).body().subscribe(events);
            Waiting.until("some", SOON, () -> events.text().equals("some"));
            (cut ? plain : secure).close();

            if (cut) {
                assertThatThrownBy(() -> events.done.get(SOON.toSeconds(), TimeUnit.SECONDS))
                        .hasMessageContaining("broke off");
            } else {
                events.done.get(SOON.toSeconds(), TimeUnit.SECONDS);
            }
            plain.close();
        }
    }

    @ParameterizedTest
    @CsvSource({
        "good, NEGOTIATED, HTTP/2.0",
        "good, HTTP_2, HTTP/2.0",
        "good, HTTP_1_1, HTTP/1.1",
        "old, NEGOTIATED, HTTP/1.1",
        "old, HTTP_1_1, HTTP/1.1",
        "cleartext, HTTP_2, HTTP/2.0",
        "cleartext, HTTP_1_1, HTTP/1.1"
    })
    void theVersionIsTheOneThatIsAgreedOnOrSet(String server, HttpVersion version, String spoken) throws Exception {
        BackendClient client = client(new BackendTransport(Optional.of(trusting("authority"))).with(version));
        for (int length : new int[] {1, 3_000, 1_000_000, 4 * 1024 * 1024}) {
            BackendClient.Call call = client.send("POST", url(connector(server), "/"), List.of(), new byte[length]);

            assertThat(body(call)).isEqualTo(spoken + " " + length);
        }
    }

    @Test
    void aServerThatDoesNotOfferHttp2IsNotSpokenToWhereThatIsDemanded() throws Exception {
        int before = backend.requests.get();
        BackendTransport two = new BackendTransport(Optional.of(trusting("authority"))).with(HttpVersion.HTTP_2);

        assertThat(refused(client(two), old)).isIn(Reason.BACKEND_UNAVAILABLE, Reason.BACKEND_TLS_FAILED);
        assertThat(backend.requests).hasValue(before);
    }

    @Test
    void aCertificateNeedsItsOwnKey() throws Exception {
        BackendTls mixed = new BackendTls(
                Optional.empty(),
                Optional.of(new ClientCertificate.Pem(files.certificate("client"), files.key("good"))));

        assertThatThrownBy(mixed::open).hasMessageContaining("the key that belongs to the first certificate");
    }

    @ParameterizedTest
    @EnumSource(
            value = HttpVersion.class,
            names = {"HTTP_1_1", "HTTP_2"})
    void eventsComeOneByOneAndCancellingReachesTheBackend(HttpVersion version) throws Exception {
        Events events = new Events();
        backend.cancelled.drainPermits();
        BackendClient.Call call = client(new BackendTransport(Optional.of(trusting("authority"))).with(version))
                .send("GET", url(good, "/stream"), List.of(), new byte[0]);
        answer(call).body().subscribe(events);
        for (int i = 1; i <= 3; i++) {
            int expected = i;
            backend.events.release();
            Waiting.until("event " + i, SOON, () -> events.count() == expected);
        }

        events.subscription.cancel();
        assertThat(backend.cancelled.tryAcquire(1, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void anAcceptedNotificationStaysEmpty() throws Exception {
        BackendClient.Call call =
                client(trusting("authority")).send("POST", url(good, "/accepted"), List.of(), new byte[1]);

        assertThat(answer(call).status()).isEqualTo(202);
        assertThat(body(call)).isEmpty();
    }

    @Test
    void noHeaderSmugglesAnother() throws Exception {
        int before = backend.requests.get();
        for (Header header : List.of(
                new Header("X-A", "b\r\nX-C: d"),
                new Header("X-A", "b\nX-C: d"),
                new Header("X-A\r\nX-C", "d"),
                new Header(":path", "/other"),
                new Header(":authority", "other"),
                new Header("Connection", "keep-alive, X-A"),
                new Header("Host", "other"),
                new Header("Content-Length", "5"),
                new Header("Upgrade", "h2c"))) {
            Rejection rejection = catchThrowableOfType(
                    Rejection.class,
                    () -> client(BackendTransport.STANDARD).send("GET", url(plain, "/"), List.of(header), new byte[0]));
            assertThat(rejection.reason()).as(header.toString()).isEqualTo(Reason.MALFORMED_REQUEST);
        }
        assertThat(backend.requests).hasValue(before);
    }

    private static String text(BackendClient client, Connector connector) throws Exception {
        return body(client.send("POST", url(connector, "/"), List.of(), new byte[1]));
    }

    private static Reason refused(BackendClient client, Connector connector) {
        CompletableFuture<BackendClient.Answer> answer = client.send(
                        "POST", url(connector, "/"), List.of(), new byte[1])
                .answer()
                .toCompletableFuture();
        return ((Rejection) catchThrowableOfType(CompletionException.class, answer::join)
                        .getCause())
                .reason();
    }

    private static BackendClient.Answer answer(BackendClient.Call call) throws Exception {
        return call.answer().toCompletableFuture().get(SOON.toSeconds(), TimeUnit.SECONDS);
    }

    private static String body(BackendClient.Call call) throws Exception {
        Events events = new Events();
        answer(call).body().subscribe(events);
        events.done.get(SOON.toSeconds(), TimeUnit.SECONDS);
        return events.text();
    }

    private static Connector connector(String name) {
        return switch (name) {
            case "good" -> good;
            case "old" -> old;
            default -> cleartext;
        };
    }

    private static URI url(Connector connector, String path) {
        return TomcatBackend.url(connector, path);
    }

    private static BackendTls trusting(String authority) throws Exception {
        return new BackendTls(
                Optional.of(new TrustedAuthorities(files.certificate(authority), Optional.empty())), Optional.empty());
    }

    private BackendClient client(BackendTls tls) {
        return client(new BackendTransport(Optional.of(tls)));
    }

    private BackendClient client(BackendTransport transport) {
        NegotiatingClient client = new NegotiatingClient(RelayLimits.standard(), transport, threads, clock);
        CLIENTS.add(client);
        return client.of("ada");
    }
}
