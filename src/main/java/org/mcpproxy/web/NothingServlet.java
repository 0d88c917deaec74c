package org.mcpproxy.web;

import jakarta.inject.Inject;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;

/** Answers for every address that is not ours, in place of the container's own servlet for files, which logs each miss. */
public class NothingServlet extends TracelessServlet {

    private final transient BareRefusals refusals;

    @Inject
    public NothingServlet(BareRefusals refusals) {
        this.refusals = refusals;
    }

    @Override
    protected void service(HttpServletRequest request, HttpServletResponse response) throws IOException {
        refusals.refuse(HttpServletResponse.SC_NOT_FOUND, request, response);
    }
}
