package org.mcpproxy.web;

import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;

/**
 * A servlet that itself decides which methods it knows. Where one inherits {@code doTrace}, the container answers TRACE
 * with a page of its own, before any filter; so it is overridden here, though nothing calls it.
 */
public abstract class TracelessServlet extends HttpServlet {

    @Override
    protected abstract void service(HttpServletRequest request, HttpServletResponse response) throws IOException;

    @Override
    protected final void doTrace(HttpServletRequest request, HttpServletResponse response) throws IOException {
        ErrorAnswer.of(HttpServletResponse.SC_METHOD_NOT_ALLOWED).writeTo(request, response);
    }
}
