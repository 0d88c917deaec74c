package org.mcpproxy.web;

import jakarta.servlet.FilterChain;
import jakarta.servlet.http.HttpFilter;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import org.mcpproxy.audit.Trail;
import org.mcpproxy.oauth.Reason;

/**
 * Catches what everything behind it let through. The container would log the exception's message, and dump the request's
 * objects, tokens and all, into a file for its vendor's support.
 */
public class LastResortFilter extends HttpFilter {

    @Override
    protected void doFilter(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws IOException {
        try {
            chain.doFilter(request, response);
        } catch (Exception failure) {
            answer(failure, request, response);
        }
    }

    /** Also for what fails on another thread than the one that this filter is on. */
    static void answer(Exception failure, HttpServletRequest request, HttpServletResponse response) throws IOException {
        Failures.log(Trail.of(request), failure);
        if (!response.isCommitted()) {
            response.resetBuffer();
            ErrorAnswer.of(Reason.INTERNAL_ERROR).writeTo(request, response);
        }
    }
}
