package org.mcpproxy.relay.http2;

import java.io.IOException;
import java.net.SocketTimeoutException;
import java.util.Locale;
import java.util.function.Predicate;
import java.util.stream.Stream;
import javax.net.ssl.SSLException;
import org.eclipse.jetty.client.HttpResponseException;
import org.eclipse.jetty.client.RetryableRequestException;
import org.eclipse.jetty.http.HttpException;
import org.eclipse.jetty.http2.ErrorCode;
import org.eclipse.jetty.http2.hpack.HpackException;
import org.mcpproxy.oauth.Reason;
import org.mcpproxy.oauth.Rejection;

/** Why there is no answer. */
final class FailedCall {

    /** Chains of causes are short. */
    private static final int DEEPEST = 8;

    private static final String REFUSED = ErrorCode.REFUSED_STREAM_ERROR.name().toLowerCase(Locale.ENGLISH);

    private FailedCall() {}

    /**
     * Whether the server has said that it has not begun with the request: REFUSED_STREAM, or GOAWAY with a smaller last
     * stream (RFC 9113 8.7).
     */
    static boolean isUnprocessed(Throwable failure) {
        return failure instanceof RetryableRequestException
                || (failure instanceof IOException && REFUSED.equals(failure.getMessage()));
    }

    static Rejection rejection(Throwable failure) {
        return failure instanceof Rejection known
                ? known
                : Rejection.of(reason(failure), failure instanceof IOException ? failure : null);
    }

    private static Reason reason(Throwable failure) {
        if (has(failure, SSLException.class::isInstance)) {
            return Reason.BACKEND_TLS_FAILED;
        }
        if (has(failure, FailedCall::isLate)) {
            return Reason.BACKEND_TIMEOUT;
        }
        return has(failure, FailedCall::isOfTheAnswer) ? Reason.BACKEND_ANSWER_INVALID : Reason.BACKEND_UNAVAILABLE;
    }

    private static boolean isLate(Throwable failure) {
        return failure instanceof SocketTimeoutException || failure instanceof NegotiatedCall.NoConnection;
    }

    /** What the parser did not expect, a backend must not have sent. */
    private static boolean isOfTheAnswer(Throwable failure) {
        return failure instanceof AnswerInvalid
                || failure instanceof AssertionError
                || failure instanceof HttpException
                || failure instanceof HttpResponseException
                || failure instanceof HpackException;
    }

    private static boolean has(Throwable failure, Predicate<Throwable> kind) {
        return Stream.iterate(failure, cause -> cause != null, Throwable::getCause)
                .limit(DEEPEST)
                .anyMatch(kind);
    }
}
