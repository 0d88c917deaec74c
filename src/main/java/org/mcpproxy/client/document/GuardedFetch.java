package org.mcpproxy.client.document;

import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Pattern;
import org.apache.hc.client5.http.classic.methods.HttpGet;
import org.apache.hc.client5.http.impl.classic.CloseableHttpClient;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.Header;
import org.apache.hc.core5.http.HttpEntity;
import org.apache.hc.core5.http.HttpHost;
import org.mcpproxy.client.ClientIdUrl;
import org.mcpproxy.oauth.Reason;
import org.mcpproxy.oauth.Rejection;
import org.mcpproxy.oauth.Utf8;

/**
 * Fetches JSON from a host that a stranger named, and takes nothing but a short answer at once: 200, of the right type, not
 * compressed, whole within a few seconds however it is sent (draft-ietf-oauth-client-id-metadata-document, Security
 * Considerations).
 */
final class GuardedFetch implements AutoCloseable {

    static final Duration DEADLINE = Duration.ofSeconds(5);

    private static final int AT_ONCE = 16;
    private static final int OK = 200;

    /** The host's own word that there is none: Not Found, Gone. */
    private static final Set<Integer> WITHDRAWN = Set.of(404, 410);

    private static final Duration NEXT_TRY = Duration.ofSeconds(5);
    private static final AtomicInteger COUNT = new AtomicInteger();
    private static final Pattern JSON =
            Pattern.compile("application/(json|[a-z0-9!#$&^_.-]+\\+json)\\s*(;.*)?", Pattern.CASE_INSENSITIVE);

    private final HostRules rules;
    private final CloseableHttpClient client;
    private final Duration deadline;
    private final ThreadPoolExecutor threads =
            new ThreadPoolExecutor(0, AT_ONCE, 30, TimeUnit.SECONDS, new SynchronousQueue<>(), GuardedFetch::thread);

    GuardedFetch(HostRules rules, CloseableHttpClient client, Duration deadline) {
        this.rules = rules;
        this.client = client;
        this.deadline = deadline;
    }

    /**
     * @param most how many bytes are taken
     * @throws Rejection with a {@code CLIENT_DOCUMENT…} reason, or {@code SERVER_FULL}
     */
    Fetched fetch(ClientIdUrl url, int most) {
        rules.require(url);
        HttpGet request = new HttpGet(url.uri());
        Future<Fetched> answer = begin(request, most);
        try {
            return answer.get(deadline.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            throw unavailable(e);
        } catch (ExecutionException e) {
            throw e.getCause() instanceof Rejection rejection ? rejection : unavailable(e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw unavailable(e);
        } finally {
            request.cancel();
            answer.cancel(true);
        }
    }

    private Future<Fetched> begin(HttpGet request, int most) {
        try {
            return threads.submit(() -> send(request, most));
        } catch (RejectedExecutionException e) {
            throw Rejection.until(Reason.SERVER_FULL, NEXT_TRY);
        }
    }

    private Fetched send(HttpGet request, int most) throws IOException {
        ClassicHttpResponse response = client.executeOpen(target(request), request, null);
        try {
            return read(response, most);
        } finally {
            // Before the response is closed, which would read on to the end of its body.
            request.cancel();
            closeQuietly(response);
        }
    }

    private static HttpHost target(HttpGet request) {
        return new HttpHost(
                request.getScheme(),
                request.getAuthority().getHostName(),
                request.getAuthority().getPort());
    }

    private static Fetched read(ClassicHttpResponse response, int most) throws IOException {
        HttpEntity body = response.getEntity();
        require(!WITHDRAWN.contains(response.getCode()), Reason.CLIENT_DOCUMENT_WITHDRAWN);
        boolean wanted = response.getCode() == OK && body != null;
        require(wanted, Reason.CLIENT_DOCUMENT_UNAVAILABLE);
        require(JSON.matcher(header(response, "Content-Type")).matches(), Reason.CLIENT_DOCUMENT_INVALID);
        require(header(response, "Content-Encoding").isEmpty(), Reason.CLIENT_DOCUMENT_INVALID);
        byte[] bytes = body.getContent().readNBytes(most + 1);
        require(bytes.length <= most, Reason.CLIENT_DOCUMENT_INVALID);
        String text = Utf8.text(bytes).orElseThrow(() -> Rejection.of(Reason.CLIENT_DOCUMENT_INVALID));
        return new Fetched(text, header(response, "Cache-Control"));
    }

    private static String header(ClassicHttpResponse response, String name) {
        return Optional.ofNullable(response.getFirstHeader(name))
                .map(Header::getValue)
                .orElse("")
                .strip();
    }

    private static void closeQuietly(ClassicHttpResponse response) {
        try {
            response.close();
        } catch (IOException e) {
            // it was broken off just now
        }
    }

    private static void require(boolean holds, Reason otherwise) {
        if (!holds) {
            throw Rejection.of(otherwise);
        }
    }

    private static Rejection unavailable(Throwable cause) {
        return Rejection.of(Reason.CLIENT_DOCUMENT_UNAVAILABLE, cause);
    }

    @Override
    public void close() {
        threads.shutdownNow();
        closeClient();
    }

    private void closeClient() {
        try {
            client.close();
        } catch (IOException e) {
            // nothing of it is used any more
        }
    }

    private static Thread thread(Runnable work) {
        Thread thread = new Thread(work, "client-document-" + COUNT.incrementAndGet());
        thread.setDaemon(true);
        return thread;
    }
}
