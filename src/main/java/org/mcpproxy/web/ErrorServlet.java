package org.mcpproxy.web;

import jakarta.servlet.RequestDispatcher;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;

/** Answers what the container refuses by itself: its own pages name the server, and show stack traces. */
public class ErrorServlet extends HttpServlet {

    @Override
    protected void service(HttpServletRequest request, HttpServletResponse response) throws IOException {
        Object status = request.getAttribute(RequestDispatcher.ERROR_STATUS_CODE);
        // without the attribute somebody called this address itself
        ErrorAnswer.of(status instanceof Integer code ? code : HttpServletResponse.SC_NOT_FOUND)
                .writeTo(request, response);
    }
}
