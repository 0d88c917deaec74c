package org.mcpproxy.relay.http2;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.eclipse.jetty.client.Request;
import org.eclipse.jetty.client.Response;
import org.eclipse.jetty.client.Result;
import org.eclipse.jetty.http.HttpVersion;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.util.thread.Scheduler;
import org.mcpproxy.oauth.Reason;
import org.mcpproxy.oauth.Rejection;
import org.mcpproxy.relay.BackendClient;
import org.mcpproxy.relay.Header;
import org.mcpproxy.web.BodyBudget;

/**
 * One request under way, until the head of its answer has come. It is sent once, and a second time only where the server
 * has said that it has not looked at it (RFC 9113 8.7), or where no stream was opened for it.
 */
final class NegotiatedCall implements BackendClient.Call {

    private static final Logger LOG = System.getLogger(NegotiatedCall.class.getName());

    /** In milliseconds. */
    private static final long A_SECOND = 1_000;

    private final NegotiatingClient client;
    private final Lanes.Stay stay;
    private final BodyBudget.Share room;
    /** Holds the body, and is forgotten once it cannot be needed any more. */
    private volatile Supplier<Request> requests;

    private final CompletableFuture<BackendClient.Answer> answer = new CompletableFuture<>();
    private final CompletableFuture<Void> sent = new CompletableFuture<>();
    private volatile Attempt attempt;
    private volatile boolean cancelled;

    /**
     * @param stay left once the request is over
     * @param room for what nobody has read of the answer
     */
    NegotiatedCall(NegotiatingClient client, Lanes.Stay stay, BodyBudget.Share room, Supplier<Request> requests) {
        this.client = client;
        this.stay = stay;
        this.room = room;
        this.requests = requests;
    }

    void send() {
        try {
            new Attempt(requests.get(), true).begin();
        } catch (RuntimeException e) {
            stay.close();
            throw e;
        }
    }

    @Override
    public CompletionStage<BackendClient.Answer> answer() {
        return answer;
    }

    @Override
    public CompletionStage<Void> sent() {
        return sent;
    }

    @Override
    public void cancel() {
        cancelled = true;
        if (!answer.isDone()) {
            attempt.request.abort(new CancellationException());
        }
    }

    /** Not on the thread that reads for all of a connection: whoever hears of an answer writes its head to the client. */
    private void tell(Runnable news) {
        try {
            client.shared().executor().execute(news);
        } catch (RejectedExecutionException e) {
            // The server is going down, and all exchanges with it.
        }
    }

    /** What became of the request, the first or the second time. */
    private final class Attempt {

        private final Request request;
        private final boolean first;
        private volatile boolean connected;
        private volatile StreamWindows.Window window;
        private volatile Scheduler.Task patience;
        private volatile HeldBody body;

        Attempt(Request request, boolean first) {
            this.request = request;
            this.first = first;
        }

        void begin() {
            if (cancelled) {
                stay.close();
                answer.completeExceptionally(Rejection.of(Reason.CLIENT_GONE));
                return;
            }
            attempt = this;
            request.onRequestBegin(begun -> connected());
            request.onRequestHeaders(begun -> opening());
            request.onRequestSuccess(written -> sent.complete(null));
            request.onResponseContentSource(this::head);
            request.send(this::ended);
            StreamWindows.opened();
            if (!connected) {
                awaitConnection();
            }
            if (cancelled) {
                cancel();
            }
        }

        private void awaitConnection() {
            patience = client.shared().clock().schedule(this::expire, client.connectMillis(), TimeUnit.MILLISECONDS);
            if (connected) {
                patience.cancel();
            }
        }

        private void expire() {
            if (!connected) {
                request.abort(new NoConnection());
            }
        }

        private void connected() {
            connected = true;
            Scheduler.Task running = patience;
            if (running != null) {
                running.cancel();
            }
        }

        private void opening() {
            if (request.getVersion() != HttpVersion.HTTP_2) {
                return;
            }
            if (HeaderLimit.isExceeded(request)) {
                request.abort(Rejection.of(Reason.HEADERS_TOO_LARGE));
                return;
            }
            StreamWindows.opening(this::opened);
        }

        private void opened(StreamWindows.Window opened) {
            window = opened;
            opened.onReset(() -> client.shared().clock().schedule(this::giveUp, A_SECOND, TimeUnit.MILLISECONDS));
        }

        /** Jetty resets a stream whose content is longer or shorter than it says, and tells nobody. */
        private void giveUp() {
            request.abort(new AnswerInvalid());
        }

        private void head(Response response, Content.Source content) {
            if (HeaderLimit.isExceeded(response)) {
                request.abort(new AnswerInvalid());
                return;
            }
            List<Header> headers = response.getHeaders().stream()
                    .map(field -> new Header(field.getName(), field.getValue() == null ? "" : field.getValue()))
                    .toList();
            HeldBody held =
                    new HeldBody(content, request, window, room, client.shared().executor());
            body = held;
            requests = null;
            held.read();
            tell(() -> answer.complete(new BackendClient.Answer(response.getStatus(), headers, held.wholeOrRest())));
        }

        private void ended(Result result) {
            connected();
            if (result.isFailed() && window != null) {
                window.wear();
            }
            if (result.isSucceeded() || body != null) {
                stay.close();
            } else {
                failed(result.getFailure());
            }
        }

        private void failed(Throwable failure) {
            if (first && !cancelled && isUnprocessed(failure)) {
                LOG.log(Level.DEBUG, "The backend has not taken a request, which is sent again");
                tell(this::again);
            } else {
                LOG.log(
                        Level.DEBUG,
                        "The backend could not be reached: {0}",
                        failure.getClass().getSimpleName());
                stay.close();
                tell(() -> answer.completeExceptionally(FailedCall.rejection(failure)));
            }
        }

        private boolean isUnprocessed(Throwable failure) {
            boolean neverOpened = request.getVersion() == HttpVersion.HTTP_2 && window == null;
            return (neverOpened && !(failure instanceof Rejection)) || FailedCall.isUnprocessed(failure);
        }

        private void again() {
            try {
                new Attempt(requests.get(), false).begin();
            } catch (RuntimeException e) {
                stay.close();
                answer.completeExceptionally(FailedCall.rejection(e));
            }
        }
    }

    /** None was free, and none could be opened, in time. */
    static final class NoConnection extends RuntimeException {

        private static final long serialVersionUID = 1;
    }
}
