package org.mcpproxy.web;

import jakarta.inject.Inject;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpFilter;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.regex.Pattern;

/**
 * Answers at addresses that are written in the one plain way. The container would take {@code /a/../oauth/consent} or
 * {@code /oauth/consent;x} for {@code /oauth/consent}, past the rules that a proxy in front has for that address. And
 * below every path it has a log-in and a log-out of its own, which nothing here needs.
 */
public class PlainPathFilter extends HttpFilter {

    private static final Pattern NOT_PLAIN = Pattern.compile("[^A-Za-z0-9/._~-]|//|/\\.\\.?(?:/|$)");
    private static final Pattern BROKEN_ESCAPE = Pattern.compile("%(?![0-9A-Fa-f]{2})");
    private static final Pattern CONTAINERS_OWN = Pattern.compile("/(?:j_security_check|ibm_security_logout)");

    private final transient BareRefusals refusals;

    @Inject
    public PlainPathFilter(BareRefusals refusals) {
        this.refusals = refusals;
    }

    @Override
    protected void doFilter(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws IOException, ServletException {
        String path = request.getRequestURI();
        if (NOT_PLAIN.matcher(path).find() || CONTAINERS_OWN.matcher(path).find()) {
            refusals.refuse(HttpServletResponse.SC_NOT_FOUND, request, response);
        } else if (!canBeDecoded(request)) {
            refusals.refuse(HttpServletResponse.SC_BAD_REQUEST, request, response);
        } else {
            chain.doFilter(request, response);
        }
    }

    /** The endpoints decode their parameters late, where a failure would count as ours. */
    private static boolean canBeDecoded(HttpServletRequest request) {
        String query = request.getQueryString();
        return query == null || !BROKEN_ESCAPE.matcher(query).find();
    }
}
