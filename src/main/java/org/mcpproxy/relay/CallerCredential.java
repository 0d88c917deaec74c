package org.mcpproxy.relay;

import java.util.Optional;
import java.util.concurrent.CompletionStage;

/** What a backend is sent to know who calls, for what is sent on a caller's behalf after their request. */
@FunctionalInterface
public interface CallerCredential {

    /**
     * As it would be for a request that came now. Does not wait.
     *
     * @return empty where the backend is sent none; fails with {@link org.mcpproxy.oauth.Rejection} where there is none any
     *     more, or it cannot be had at present
     */
    CompletionStage<Optional<Header>> fresh();
}
