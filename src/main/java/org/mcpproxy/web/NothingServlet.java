package org.mcpproxy.web;

import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;

/** Answers for every address that is not ours, in place of the container's own servlet for files, which logs each miss. */
public class NothingServlet extends HttpServlet {

    @Override
    protected void service(HttpServletRequest request, HttpServletResponse response) throws IOException {
        ErrorAnswer.of(HttpServletResponse.SC_NOT_FOUND).writeTo(request, response);
    }
}
