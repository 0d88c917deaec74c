package org.mcpproxy.relay;

import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.mcpproxy.audit.Trail;
import org.mcpproxy.config.Backend;
import org.mcpproxy.oauth.Reason;
import org.mcpproxy.oauth.Rejection;
import org.mcpproxy.web.RequestThreads;

/**
 * What a backend is sent to know a caller, as it is when it is asked for: what was good at the time of the request may have
 * expired by then. It does not become fresh any more once the caller may not be here.
 */
record FreshCredential(
        BackendCredentials credentials,
        BearerCheck check,
        RequestThreads threads,
        Backend backend,
        Caller caller,
        Trail trail)
        implements CallerCredential {

    @Override
    public CompletionStage<Optional<Header>> fresh() {
        if (!BackendCredentials.expires(backend)) {
            return CompletableFuture.completedFuture(credentials.of(backend, caller, trail));
        }
        CompletableFuture<Optional<Header>> fresh = new CompletableFuture<>();
        try {
            if (!begin(() -> complete(fresh))) {
                fresh.completeExceptionally(Relay.full());
            }
        } catch (Rejection e) {
            fresh.completeExceptionally(e);
        }
        return fresh;
    }

    /** Many who go at once must not keep those waiting who ask Okta. An identity may have to be signed, which takes its time. */
    private boolean begin(Runnable work) {
        if (!BackendCredentials.mayAskOkta(backend)) {
            return threads.runWaiting(caller.holder(), work);
        }
        if (!credentials.isAtHand(backend, caller)) {
            return threads.runForOkta(caller.holder(), work);
        }
        work.run();
        return true;
    }

    private void complete(CompletableFuture<Optional<Header>> fresh) {
        try {
            if (!check.standing(caller)) {
                throw Rejection.of(Reason.TOKEN_REVOKED);
            }
            fresh.complete(credentials.of(backend, caller, trail));
        } catch (RuntimeException e) {
            fresh.completeExceptionally(e);
        }
    }
}
