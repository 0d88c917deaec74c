package org.mcpproxy.relay;

import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.file.attribute.FileTime;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.Flow;
import javax.net.ssl.SSLException;
import org.mcpproxy.config.BackendTls;
import org.mcpproxy.config.BackendTransport;
import org.mcpproxy.config.BadSetting;
import org.mcpproxy.config.RelayLimits;
import org.mcpproxy.oauth.Reason;
import org.mcpproxy.oauth.Rejection;

/**
 * The JDK's own client, asynchronous: no thread waits for a backend. It verifies the host name over TLS.
 */
final class JdkBackendClient implements BackendClient {

    private static final Logger LOG = System.getLogger(JdkBackendClient.class.getName());

    /** How often the files for TLS are looked at. */
    private static final Duration LOOK = Duration.ofSeconds(10);

    private final RelayLimits limits;
    private final BackendTransport transport;
    private final Executor threads;
    private final Clock clock;
    private volatile Current current;

    /** @throws IllegalStateException where the files for TLS are not good */
    JdkBackendClient(RelayLimits limits, BackendTransport transport, Executor threads, Clock clock) {
        this.limits = limits;
        this.transport = transport;
        this.threads = threads;
        this.clock = clock;
        try {
            this.current = opened(versions());
        } catch (BadSetting e) {
            throw new IllegalStateException("What belongs to TLS for a backend " + e.getMessage());
        }
    }

    @Override
    public Call send(String method, URI url, List<Header> headers, byte[] body) {
        HttpRequest request;
        try {
            request = request(method, url, headers, body);
        } catch (IllegalArgumentException e) {
            throw Rejection.of(Reason.MALFORMED_REQUEST);
        }
        return new JdkCall(http().sendAsync(request, HttpResponse.BodyHandlers.ofPublisher()));
    }

    private static HttpRequest request(String method, URI url, List<Header> headers, byte[] body) {
        HttpRequest.Builder request = HttpRequest.newBuilder(url)
                .method(
                        method,
                        body.length == 0
                                ? HttpRequest.BodyPublishers.noBody()
                                : HttpRequest.BodyPublishers.ofByteArray(body));
        headers.forEach(header -> request.header(header.name(), header.value()));
        return request.build();
    }

    /** Whoever renews a certificate replaces files, maybe one after another: until all is good, the last good ones stay. */
    private HttpClient http() {
        Current known = current;
        if (transport.tls().isEmpty() || clock.instant().isBefore(known.goodUntil())) {
            return known.http();
        }
        synchronized (this) {
            if (current == known) {
                current = renewed(known);
            }
            return current.http();
        }
    }

    private Current renewed(Current known) {
        List<FileTime> versions = versions();
        if (versions.equals(known.versions())) {
            return known.until(clock.instant().plus(LOOK));
        }
        try {
            Current renewed = opened(versions);
            LOG.log(Level.INFO, "The files for TLS to a backend have changed, and are in use");
            return renewed;
        } catch (BadSetting e) {
            LOG.log(
                    Level.WARNING,
                    "The files for TLS to a backend have changed, and are not good: the last good ones stay");
            return known.until(clock.instant().plus(LOOK));
        }
    }

    private List<FileTime> versions() {
        return transport.tls().map(BackendTls::versions).orElse(List.of());
    }

    private Current opened(List<FileTime> versions) throws BadSetting {
        HttpClient.Builder http = HttpClient.newBuilder()
                .executor(threads)
                .version(HttpClient.Version.HTTP_1_1)
                .followRedirects(HttpClient.Redirect.NEVER)
                .connectTimeout(limits.times().connect());
        if (transport.tls().isPresent()) {
            http.sslContext(transport.tls().get().open());
        }
        return new Current(http.build(), versions, clock.instant().plus(LOOK));
    }

    private record Current(HttpClient http, List<FileTime> versions, Instant goodUntil) {

        Current until(Instant later) {
            return new Current(http, versions, later);
        }
    }

    /** One exchange of the JDK's client; cancelling its future closes the connection. */
    private record JdkCall(CompletableFuture<HttpResponse<Flow.Publisher<List<ByteBuffer>>>> sent) implements Call {

        @Override
        public CompletionStage<Answer> answer() {
            return sent.handle((response, failure) -> {
                if (failure != null) {
                    throw rejection(failure);
                }
                return new Answer(response.statusCode(), headers(response), response.body());
            });
        }

        @Override
        public void cancel() {
            sent.cancel(true);
        }

        private static List<Header> headers(HttpResponse<?> response) {
            return response.headers().map().entrySet().stream()
                    .flatMap(entry -> entry.getValue().stream().map(value -> new Header(entry.getKey(), value)))
                    .toList();
        }

        private static Rejection rejection(Throwable failure) {
            Throwable cause =
                    failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
            LOG.log(
                    Level.DEBUG,
                    "The backend could not be reached: {0}",
                    cause.getClass().getSimpleName());
            return Rejection.of(reason(cause), cause instanceof IOException ? cause : null);
        }

        private static Reason reason(Throwable cause) {
            if (cause instanceof HttpConnectTimeoutException) {
                return Reason.BACKEND_TIMEOUT;
            }
            return cause instanceof SSLException ? Reason.BACKEND_TLS_FAILED : Reason.BACKEND_UNAVAILABLE;
        }
    }
}
