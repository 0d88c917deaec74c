package org.mcpproxy.okta;

import jakarta.servlet.ServletException;
import java.io.IOException;
import java.time.Instant;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.apache.catalina.connector.Request;
import org.apache.catalina.connector.Response;
import org.apache.catalina.valves.ValveBase;
import org.apache.coyote.ActionCode;

/** The outermost layer: keeps the request log, makes the faults, and answers only Okta's own paths. */
final class OktaWire extends ValveBase {

    private final Map<String, Endpoint> endpoints;
    private final Faults faults;
    private final RequestLog log;
    private final OktaOrganization organization;
    private final Object tokenEndpoint = new Object();

    OktaWire(OktaOptions options, Faults faults, RequestLog log, OktaOrganization organization) {
        super(true);
        this.endpoints = Arrays.stream(Endpoint.values())
                .filter(endpoint -> endpoint != Endpoint.PUSH || options.pushedRequests())
                .collect(Collectors.toMap(
                        endpoint -> options.contextPath() + endpoint.path(options.orgServer()), Function.identity()));
        this.faults = faults;
        this.log = log;
        this.organization = organization;
    }

    @Override
    public void invoke(Request request, Response response) throws IOException, ServletException {
        Endpoint endpoint = endpoints.get(request.getRequestURI());
        Optional<Fault> fault = faults.take(endpoint);
        if (organization.answers(request)) {
            organization.answer(request, response);
        } else if (endpoint == null) {
            response.sendError(404);
        } else if (fault.isPresent()) {
            fail(fault.get(), endpoint, request, response);
        } else {
            work(endpoint, request, response);
        }
        log.record(request, endpoint, response.isError() && !response.isCommitted() ? 0 : response.getStatus());
    }

    private void work(Endpoint endpoint, Request request, Response response) throws IOException, ServletException {
        oktaHeaders(endpoint, response);
        if (endpoint == Endpoint.TOKEN) {
            // The framework redeems by find-then-save, which two requests can both win; Okta lets one win.
            synchronized (tokenEndpoint) {
                getNext().invoke(request, response);
            }
        } else {
            getNext().invoke(request, response);
        }
    }

    private static void oktaHeaders(Endpoint endpoint, Response response) {
        response.setHeader("X-Rate-Limit-Limit", "300");
        response.setHeader("X-Rate-Limit-Remaining", "299");
        response.setHeader(
                "X-Rate-Limit-Reset",
                Long.toString(Instant.now().plusSeconds(60).getEpochSecond()));
        switch (endpoint) {
            case KEYS -> response.setHeader("Cache-Control", "max-age=5184000, must-revalidate");
            case OPENID_CONFIGURATION, SERVER_METADATA ->
                response.setHeader("Cache-Control", "max-age=86400, must-revalidate");
            default -> {}
        }
    }

    private void fail(Fault fault, Endpoint endpoint, Request request, Response response)
            throws IOException, ServletException {
        if (fault instanceof Fault.Answer answer) {
            response.setStatus(answer.status());
            answer.headers().forEach(response::setHeader);
            response.getWriter().write(answer.body());
        } else if (fault instanceof Fault.Slow slow) {
            awaitRelease(slow);
            if (slow.works()) {
                work(endpoint, request, response);
            } else {
                hangUp(response);
            }
        } else if (fault instanceof Fault.LostAnswer) {
            response.setSuspended(true);
            work(endpoint, request, response);
            hangUp(response);
        } else {
            hangUp(response);
        }
    }

    private static void awaitRelease(Fault.Slow slow) {
        try {
            slow.hold();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void hangUp(Response response) {
        response.getCoyoteResponse().action(ActionCode.CLOSE_NOW, new IOException("fault: hang up"));
    }
}
