package org.mcpproxy.relay.http2;

import org.eclipse.jetty.client.ProtocolHandler;
import org.eclipse.jetty.client.Request;
import org.eclipse.jetty.client.Response;
import org.eclipse.jetty.client.Result;
import org.eclipse.jetty.client.transport.HttpConversation;
import org.eclipse.jetty.client.transport.HttpExchange;
import org.eclipse.jetty.client.transport.HttpRequest;
import org.eclipse.jetty.http.HttpStatus;

/** Lets answers pass by that only say that another will come (RFC 9110 15.2), but not without end. */
final class InterimAnswers implements ProtocolHandler {

    private static final String NAME = "interim";
    private static final int MOST = 16;

    @Override
    public String getName() {
        return NAME;
    }

    @Override
    public boolean accept(Request request, Response response) {
        return HttpStatus.isInterim(response.getStatus());
    }

    @Override
    public Response.Listener getResponseListener() {
        return new Passing();
    }

    private static final class Passing implements Response.Listener {

        @Override
        public void onSuccess(Response response) {
            HttpConversation conversation = ((HttpRequest) response.getRequest()).getConversation();
            conversation.updateResponseListeners(null);
            conversation.getExchanges().getLast().resetResponse();
            int count = conversation.getAttribute(NAME) instanceof Integer before ? before + 1 : 1;
            conversation.setAttribute(NAME, count);
            if (count > MOST) {
                response.getRequest().abort(new AnswerInvalid());
            }
        }

        /** Whoever waits for the real answer must hear of it. */
        @Override
        public void onFailure(Response response, Throwable failure) {
            HttpConversation conversation = ((HttpRequest) response.getRequest()).getConversation();
            conversation.updateResponseListeners(null);
            HttpExchange exchange = conversation.getExchanges().getLast();
            exchange.getResponseListeners()
                    .emitFailureComplete(
                            new Result(exchange.getRequest(), exchange.getRequestFailure(), response, failure));
        }
    }
}
