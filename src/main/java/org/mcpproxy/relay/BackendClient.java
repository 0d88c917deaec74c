package org.mcpproxy.relay;

import java.net.URI;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;
import org.mcpproxy.oauth.Reason;

/** Speaks HTTP to the backend. */
public interface BackendClient {

    /**
     * Sends a request, without waiting. Redirects are not followed.
     *
     * @param body empty for none
     */
    Call send(String method, URI url, List<Header> headers, byte[] body);

    /** A request under way. */
    interface Call {

        /**
         * Waits on this thread, but only for a moment, for an answer that comes whole in that time; to be called at most
         * once, and before {@link #answer}.
         *
         * @return empty where it has not come; it will by {@link #answer}
         * @throws org.mcpproxy.oauth.Rejection as {@link #answer}
         */
        default Optional<Answer> soon() {
            return Optional.empty();
        }

        /**
         * The head of the answer; fails with {@link org.mcpproxy.oauth.Rejection} {@code BACKEND_UNAVAILABLE} or
         * {@code BACKEND_TIMEOUT}.
         */
        CompletionStage<Answer> answer();

        /**
         * Done once the whole request has been written, so that none that is sent from then on is before it, unless the backend
         * has refused it unread and it is sent again (RFC 9113 8.7); never where it is not. By default only when the answer has
         * come.
         */
        default CompletionStage<Void> sent() {
            return answer().thenAccept(come -> {});
        }

        /** What it is given up for where it has taken too long. Does not wait. */
        default CompletionStage<Reason> late() {
            return CompletableFuture.completedFuture(Reason.BACKEND_TIMEOUT);
        }

        /** Gives up at once, and closes the way to the backend. Does nothing once the answer has come. */
        void cancel();
    }

    /**
     * An answer whose body is still to come.
     *
     * @param body a {@link WholeBody} where it has come whole; must be subscribed to, once; to cancel the subscription is to cancel the request
     */
    record Answer(int status, List<Header> headers, Flow.Publisher<List<ByteBuffer>> body) {}
}
