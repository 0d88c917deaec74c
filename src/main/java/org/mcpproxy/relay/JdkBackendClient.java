package org.mcpproxy.relay;

import jakarta.annotation.PreDestroy;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Typed;
import jakarta.inject.Inject;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Flow;
import java.util.concurrent.atomic.AtomicInteger;
import org.mcpproxy.config.RelayLimits;
import org.mcpproxy.oauth.Reason;
import org.mcpproxy.oauth.Rejection;

/** The JDK's own client, asynchronous: no thread waits for a backend. */
@ApplicationScoped
@Typed(JdkBackendClient.class)
public class JdkBackendClient implements BackendClient {

    private static final Logger LOG = System.getLogger(JdkBackendClient.class.getName());

    private final ExecutorService threads;
    private final HttpClient http;

    @Inject
    public JdkBackendClient(RelayLimits limits) {
        threads = Executors.newFixedThreadPool(
                Math.max(4, 2 * Runtime.getRuntime().availableProcessors()), JdkBackendClient::thread);
        http = HttpClient.newBuilder()
                .executor(threads)
                .version(HttpClient.Version.HTTP_1_1)
                .followRedirects(HttpClient.Redirect.NEVER)
                .connectTimeout(limits.times().connect())
                .build();
    }

    /** For CDI's proxy. */
    protected JdkBackendClient() {
        threads = null;
        http = null;
    }

    @Override
    public Call send(String method, URI url, List<Header> headers, byte[] body) {
        HttpRequest request;
        try {
            request = request(method, url, headers, body);
        } catch (IllegalArgumentException e) {
            throw Rejection.of(Reason.MALFORMED_REQUEST);
        }
        return new JdkCall(http.sendAsync(request, HttpResponse.BodyHandlers.ofPublisher()));
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

    @PreDestroy
    void close() {
        threads.shutdownNow();
    }

    private static final AtomicInteger COUNT = new AtomicInteger();

    private static Thread thread(Runnable work) {
        Thread thread = new Thread(work, "relay-backend-" + COUNT.incrementAndGet());
        thread.setDaemon(true);
        return thread;
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
            boolean late = cause instanceof HttpConnectTimeoutException;
            return Rejection.of(
                    late ? Reason.BACKEND_TIMEOUT : Reason.BACKEND_UNAVAILABLE,
                    cause instanceof IOException ? cause : null);
        }
    }
}
