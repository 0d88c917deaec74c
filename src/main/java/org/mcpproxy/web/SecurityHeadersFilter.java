package org.mcpproxy.web;

import jakarta.inject.Inject;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpFilter;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import org.mcpproxy.config.Settings;

/** The headers that a browser needs on every answer. Pages set a {@code Content-Security-Policy} of their own over this one. */
public class SecurityHeadersFilter extends HttpFilter {

    private static final String ONE_YEAR = "max-age=31536000";

    private final transient Settings settings;

    @Inject
    public SecurityHeadersFilter(Settings settings) {
        this.settings = settings;
    }

    @Override
    protected void doFilter(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws IOException, ServletException {
        response.setHeader("X-Content-Type-Options", "nosniff");
        response.setHeader("X-Frame-Options", "DENY");
        response.setHeader("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'");
        // Tells other sites nothing. Not no-referrer: under it browsers send "Origin: null" with our own forms, which
        // could then not be told from a sandboxed page's.
        response.setHeader("Referrer-Policy", "same-origin");
        if (settings.secure()) {
            response.setHeader("Strict-Transport-Security", ONE_YEAR);
        }
        chain.doFilter(request, response);
    }
}
