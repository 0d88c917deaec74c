package org.mcpproxy.bridge;

import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.mcpproxy.oauth.Reason;
import org.mcpproxy.oauth.Rejection;
import org.mcpproxy.relay.BackendClient;
import org.mcpproxy.relay.Header;
import org.mcpproxy.web.BodyBudget;
import org.mcpproxy.web.Failures;

/** Posts the messages of one session, each with the headers of its own request, one after another. */
final class LegacySsePosts {

    /** In characters, headers included. What comes when there is less is still taken, however long. */
    private static final int MOST_UNSENT = 1024 * 1024;

    /** A server that keeps a POST open while it works may wait for another, so each is waited for no longer than this. */
    private static final Duration ONE_AFTER_ANOTHER = Duration.ofSeconds(1);

    private final BackendClient http;
    private final CompletableFuture<URI> endpoint;
    private final Duration longest;
    private final BodyBudget.Share room;
    private final Executor threads;
    private final Runnable gone;
    private CompletableFuture<Void> last;
    private int unsent;
    private volatile boolean closed;

    /**
     * @param endpoint messages wait for it
     * @param longest how long the head of an answer may take
     * @param room for what the server has not taken
     * @param gone told where the server knows the session no more, though its stream has not ended
     */
    LegacySsePosts(
            BackendClient http,
            CompletableFuture<URI> endpoint,
            Duration longest,
            BodyBudget.Share room,
            Executor threads,
            Runnable gone) {
        this.http = http;
        this.endpoint = endpoint;
        this.longest = longest;
        this.room = room;
        this.threads = threads;
        this.gone = gone;
        this.last = endpoint.thenAccept(known -> {});
    }

    /** @return false where too much waits already */
    synchronized boolean add(List<Outgoing> messages, List<Header> headers, Consumer<Rejection> undelivered) {
        int length =
                messages.stream().mapToInt(message -> length(message, headers)).sum();
        if (unsent >= MOST_UNSENT || !take(length)) {
            return false;
        }
        for (Outgoing message : messages) {
            last = last.thenComposeAsync(before -> posted(message, headers, undelivered), threads);
        }
        return true;
    }

    /** Posts one beside all others, of which one has been posted before: so there are never many more than of those. */
    synchronized void addAtOnce(String text, List<Header> headers) {
        Outgoing message = new Outgoing(text);
        if (take(length(message, headers))) {
            threads.execute(() -> posted(message, headers, why -> {}));
        }
    }

    private synchronized boolean take(int length) {
        boolean taken = room.take(length);
        unsent += taken ? length : 0;
        return taken;
    }

    private static int length(Outgoing message, List<Header> headers) {
        return message.length() + headers.stream().mapToInt(Header::length).sum();
    }

    /** Why a server that answered so has not taken a message. */
    static Optional<Reason> refusal(int status) {
        if (status >= 200 && status < 300) {
            return Optional.empty();
        }
        return Optional.of(
                status == 401 || status == 407 ? Reason.BACKEND_REFUSED_PROXY : Reason.BACKEND_ANSWER_INVALID);
    }

    static Rejection rejection(Throwable failure) {
        Throwable cause = failure instanceof CompletionException ? failure.getCause() : failure;
        if (cause instanceof Rejection known) {
            return known;
        }
        return Rejection.of(
                cause instanceof TimeoutException ? Reason.BACKEND_TIMEOUT : Reason.BACKEND_UNAVAILABLE, cause);
    }

    private CompletableFuture<Void> posted(Outgoing message, List<Header> headers, Consumer<Rejection> undelivered) {
        if (closed) {
            return CompletableFuture.completedFuture(null);
        }
        Optional<String> text = message.begin();
        if (text.isEmpty()) {
            taken(length(message, headers));
            return CompletableFuture.completedFuture(null);
        }
        BackendClient.Call call;
        try {
            call = http.send(
                    "POST",
                    endpoint.join(),
                    LegacySseHeaders.ofPost(headers),
                    text.get().getBytes(StandardCharsets.UTF_8));
        } catch (RuntimeException e) {
            taken(length(message, headers));
            if (!(e instanceof Rejection)) {
                Failures.log("A message to an MCP server over HTTP+SSE", e);
            }
            undelivered.accept(rejection(e));
            return CompletableFuture.completedFuture(null);
        }
        call.sent().thenRunAsync(message::markSent, threads);
        CompletableFuture<BackendClient.Answer> answer = call.answer().toCompletableFuture();
        answer.thenAccept(Drained::body);
        return answer.copy()
                .orTimeout(longest.toMillis(), TimeUnit.MILLISECONDS)
                .<Void>handleAsync(
                        (come, failure) -> {
                            taken(length(message, headers));
                            if (failure != null) {
                                call.cancel();
                            }
                            (failure == null
                                            ? refusal(come.status()).map(Rejection::of)
                                            : Optional.of(rejection(failure)))
                                    .ifPresent(undelivered);
                            if (failure == null && (come.status() == 404 || come.status() == 410)) {
                                gone.run();
                            }
                            return null;
                        },
                        threads)
                .completeOnTimeout(null, ONE_AFTER_ANOTHER.toMillis(), TimeUnit.MILLISECONDS);
    }

    private synchronized void taken(int length) {
        unsent -= length;
        room.give(length);
    }

    /** What waits is posted no more: its session has ended, and nobody waits for it. */
    void close() {
        closed = true;
        room.close();
    }
}
