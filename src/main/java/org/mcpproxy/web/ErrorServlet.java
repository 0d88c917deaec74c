package org.mcpproxy.web;

import jakarta.inject.Inject;
import jakarta.servlet.RequestDispatcher;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import org.mcpproxy.audit.Trail;

/** Answers what the container refuses by itself: its own pages name the server, and show stack traces. */
public class ErrorServlet extends TracelessServlet {

    private final transient BareRefusals refusals;

    @Inject
    public ErrorServlet(BareRefusals refusals) {
        this.refusals = refusals;
    }

    @Override
    protected void service(HttpServletRequest request, HttpServletResponse response) throws IOException {
        // without the attribute somebody called this address itself
        int status = request.getAttribute(RequestDispatcher.ERROR_STATUS_CODE) instanceof Integer code
                ? code
                : HttpServletResponse.SC_NOT_FOUND;
        if (status >= HttpServletResponse.SC_INTERNAL_SERVER_ERROR
                && request.getAttribute(RequestDispatcher.ERROR_EXCEPTION) instanceof Throwable failure) {
            Failures.log(Trail.of(request), failure);
        }
        refusals.refuse(status, request, response);
    }
}
