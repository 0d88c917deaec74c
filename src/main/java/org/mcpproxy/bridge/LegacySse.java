package org.mcpproxy.bridge;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.net.URI;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.Flow;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.mcpproxy.oauth.Reason;
import org.mcpproxy.oauth.Rejection;
import org.mcpproxy.relay.BackendClient;
import org.mcpproxy.relay.Header;

/**
 * An MCP server over HTTP+SSE (MCP 2024-11-05, HTTP with SSE): what it says comes on the event stream of a GET, whose first
 * event names where to post. No thread waits for it.
 */
final class LegacySse implements Channel, Flow.Subscriber<List<ByteBuffer>> {

    private static final Logger LOG = System.getLogger(LegacySse.class.getName());

    private final String name;
    private final URI url;
    private final Bounds bounds;
    private final Executor threads;
    private final Receiver receiver;
    private final Unfinished unfinished;
    private final EventReader events;
    private final LegacySsePosts posts;
    private final CompletableFuture<URI> endpoint = new CompletableFuture<>();
    private final CompletableFuture<Void> ended = new CompletableFuture<>();
    private final AtomicBoolean ending = new AtomicBoolean();
    private CompletableFuture<Void> reading = CompletableFuture.completedFuture(null);
    private volatile BackendClient.Call opening;
    private volatile Flow.Subscription stream;

    private LegacySse(Kind.Opening opening, BackendClient http, Bounds bounds, Executor threads, Receiver receiver) {
        this.name = opening.backend().policyName();
        this.url = opening.backend().url();
        this.bounds = bounds;
        this.threads = threads;
        this.receiver = receiver;
        this.unfinished = new Unfinished(opening.room().share());
        this.events = new EventReader(bounds.event(), unfinished, this::event);
        this.posts = new LegacySsePosts(
                http, endpoint, bounds.answer(), opening.room().share(), threads, () -> end(Reason.BACKEND_BROKE_OFF));
    }

    /**
     * @param event the longest event, in bytes
     * @param answer how long the head of an answer may take
     * @param endpoint how long it may take until the server has named its endpoint
     */
    record Bounds(int event, Duration answer, Duration endpoint) {

        private static final Duration ENDPOINT = Duration.ofSeconds(30);

        static Bounds of(int event, Duration answer) {
            return new Bounds(event, answer, answer.compareTo(ENDPOINT) < 0 ? answer : ENDPOINT);
        }
    }

    /** Begins, without waiting. */
    static LegacySse open(Kind.Opening opening, Bounds bounds, Executor threads, Receiver receiver) {
        BackendClient http =
                opening.http().of(opening.backend(), opening.holder().name());
        LegacySse channel = new LegacySse(opening, http, bounds, threads, receiver);
        channel.begin(http, LegacySseHeaders.ofStream(opening.headers()));
        return channel;
    }

    private void begin(BackendClient http, List<Header> headers) {
        opening = http.send("GET", url, headers, new byte[0]);
        opening.answer().whenCompleteAsync(this::opened, threads);
        endpoint.copy()
                .orTimeout(bounds.endpoint().toMillis(), TimeUnit.MILLISECONDS)
                .whenCompleteAsync((known, failure) -> requireEndpoint(failure), threads);
    }

    @Override
    public boolean send(List<Outgoing> messages, List<Header> headers, Consumer<Rejection> undelivered) {
        return !ending.get() && posts.add(messages, headers, undelivered);
    }

    @Override
    public void sendAtOnce(String message, List<Header> headers) {
        if (!ending.get()) {
            posts.addAtOnce(message, headers);
        }
    }

    @Override
    public void close() {
        threads.execute(() -> end(Reason.BACKEND_BROKE_OFF));
    }

    @Override
    public CompletableFuture<Void> ended() {
        return ended;
    }

    private void requireEndpoint(Throwable failure) {
        if (failure != null && !ending.get()) {
            LOG.log(Level.WARNING, "MCP server {0} named no endpoint in time, and its session is ended", name);
            end(Reason.BACKEND_TIMEOUT);
        }
    }

    private void opened(BackendClient.Answer answer, Throwable failure) {
        if (failure != null) {
            end(LegacySsePosts.rejection(failure).reason());
        } else if (isEventStream(answer)) {
            answer.body().subscribe(this);
        } else {
            Drained.body(answer);
            LOG.log(Level.WARNING, "MCP server {0} opened no event stream: status {1}", name, answer.status());
            end(LegacySsePosts.refusal(answer.status()).orElse(Reason.BACKEND_ANSWER_INVALID));
        }
    }

    private static boolean isEventStream(BackendClient.Answer answer) {
        return answer.status() == 200
                && Header.values(answer.headers(), "Content-Type").stream()
                        .anyMatch(type -> type.toLowerCase(Locale.ROOT).startsWith("text/event-stream"));
    }

    @Override
    public void onSubscribe(Flow.Subscription given) {
        stream = given;
        if (ending.get()) {
            given.cancel();
        } else {
            given.request(1);
        }
    }

    /** Not on the client's thread: whoever hears of a message may write to a client of ours. */
    @Override
    public void onNext(List<ByteBuffer> parts) {
        reading = reading.thenRunAsync(() -> read(parts), threads);
    }

    @Override
    public void onError(Throwable failure) {
        onComplete();
    }

    @Override
    public void onComplete() {
        reading = reading.thenRunAsync(() -> end(Reason.BACKEND_BROKE_OFF), threads);
    }

    private void read(List<ByteBuffer> parts) {
        if (ending.get()) {
            return;
        }
        try {
            parts.forEach(events::add);
            stream.request(1);
        } catch (BadLineException e) {
            LOG.log(Level.WARNING, "MCP server {0} sent {1}, and its session is ended", name, e.getMessage());
            end(Reason.BACKEND_ANSWER_INVALID);
        } catch (RuntimeException e) {
            // Nothing would be read any more, and nobody told.
            LOG.log(
                    Level.ERROR,
                    "A message of MCP server {0} could not be passed on ({1}), and its session is ended",
                    name,
                    e.getClass().getSimpleName());
            end(Reason.INTERNAL_ERROR);
        }
    }

    /** The first endpoint stays: a later one could move a session that has begun. */
    private void event(String event, String data) {
        if (event.equals("endpoint")) {
            if (!endpoint.isDone()) {
                endpoint.complete(MessageEndpoint.of(url, data));
            }
        } else if (event.equals("message") && !data.isBlank()) {
            receiver.message(data);
        }
    }

    private void end(Reason why) {
        if (!ending.compareAndSet(false, true)) {
            return;
        }
        opening.cancel();
        Flow.Subscription known = stream;
        if (known != null) {
            known.cancel();
        }
        receiver.closed(why);
        posts.close();
        unfinished.close();
        endpoint.cancel(false);
        ended.complete(null);
    }
}
