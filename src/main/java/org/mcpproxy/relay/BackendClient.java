package org.mcpproxy.relay;

import java.net.URI;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;

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
         * The head of the answer; fails with {@link org.mcpproxy.oauth.Rejection} {@code BACKEND_UNAVAILABLE} or
         * {@code BACKEND_TIMEOUT}.
         */
        CompletionStage<Answer> answer();

        /** Gives up at once, and closes the way to the backend. Does nothing once the answer has come. */
        void cancel();
    }

    /**
     * An answer whose body is still to come.
     *
     * @param body must be subscribed to, once; to cancel the subscription is to cancel the request
     */
    record Answer(int status, List<Header> headers, Flow.Publisher<List<ByteBuffer>> body) {}
}
