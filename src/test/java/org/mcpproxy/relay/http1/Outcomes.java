package org.mcpproxy.relay.http1;

import java.time.Duration;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.mcpproxy.oauth.Reason;
import org.mcpproxy.oauth.Rejection;
import org.mcpproxy.relay.BackendClient;

/** What becomes of a call. */
final class Outcomes {

    static final Duration SOON = Duration.ofSeconds(10);

    private Outcomes() {}

    static BackendClient.Answer awaited(CompletionStage<BackendClient.Answer> answer) throws Exception {
        return answer.toCompletableFuture().get(SOON.toSeconds(), TimeUnit.SECONDS);
    }

    /** Null where it is answered, or fails in another way. */
    static Reason reason(CompletionStage<BackendClient.Answer> refused) {
        try {
            refused.toCompletableFuture()
                    .orTimeout(SOON.toSeconds(), TimeUnit.SECONDS)
                    .join();
            return null;
        } catch (CompletionException e) {
            return e.getCause() instanceof Rejection rejection ? rejection.reason() : null;
        }
    }
}
