package org.mcpproxy.bridge;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Flow;
import java.util.concurrent.TimeUnit;
import org.mcpproxy.oauth.Reason;
import org.mcpproxy.oauth.Rejection;
import org.mcpproxy.relay.BackendClient;
import org.mcpproxy.relay.Header;
import org.mcpproxy.system.Waiting;

/** Reads an answer, as an HTTP client would. */
final class Said implements Flow.Subscriber<List<ByteBuffer>> {

    static final Duration PATIENCE = Duration.ofSeconds(30);

    private final BackendClient.Answer answer;
    private final StringBuffer text = new StringBuffer();
    private volatile Flow.Subscription subscription;
    private volatile boolean complete;
    private volatile boolean brokeOff;
    private volatile Throwable failure;

    private Said(BackendClient.Answer answer) {
        this.answer = answer;
        answer.body().subscribe(this);
    }

    /** Waits for the head. */
    static Said of(BackendClient.Call call) {
        return new Said(answer(call));
    }

    static BackendClient.Answer answer(BackendClient.Call call) {
        try {
            return call.answer()
                    .toCompletableFuture()
                    .orTimeout(PATIENCE.toSeconds(), TimeUnit.SECONDS)
                    .join();
        } catch (CompletionException e) {
            if (e.getCause() instanceof Rejection rejection) {
                throw rejection;
            }
            throw e;
        }
    }

    int status() {
        return answer.status();
    }

    String header(String name) {
        return String.join(",", Header.values(answer.headers(), name));
    }

    /** The whole body. */
    String body() {
        Waiting.until("the answer's end", PATIENCE, () -> complete || brokeOff);
        return text.toString();
    }

    Said awaitText(String part) {
        Waiting.until(part, PATIENCE, () -> text.indexOf(part) >= 0);
        return this;
    }

    String soFar() {
        return text.toString();
    }

    boolean brokeOff() {
        Waiting.until("the answer's end", PATIENCE, () -> complete || brokeOff);
        return brokeOff;
    }

    /** Why it broke off. */
    Reason failure() {
        assertThat(brokeOff()).isTrue();
        return ((Rejection) failure).reason();
    }

    void leave() {
        subscription.cancel();
    }

    @Override
    public void onSubscribe(Flow.Subscription given) {
        subscription = given;
        given.request(1);
    }

    @Override
    public void onNext(List<ByteBuffer> buffers) {
        buffers.forEach(buffer -> text.append(StandardCharsets.UTF_8.decode(buffer)));
        subscription.request(1);
    }

    @Override
    public void onError(Throwable how) {
        failure = how;
        brokeOff = true;
    }

    @Override
    public void onComplete() {
        complete = true;
    }
}
