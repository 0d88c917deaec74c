package org.mcpproxy.audit;

import jakarta.servlet.RequestDispatcher;
import jakarta.servlet.http.HttpServletRequest;
import java.util.regex.Pattern;

/**
 * Where a refused request came to, for its audit line. What follows a {@code ;}, an encoded {@code ?} or the like is left
 * out: it may be a code or a token in the wrong place.
 */
public final class Endpoint {

    private static final Pattern NOT_PLAIN = Pattern.compile("[^A-Za-z0-9/._~-]");

    private Endpoint() {}

    /** The one that was asked for, where the container has passed the request on to its error page. */
    public static String of(HttpServletRequest request) {
        String path = request.getAttribute(RequestDispatcher.ERROR_REQUEST_URI) instanceof String asked
                ? asked
                : request.getRequestURI();
        return NOT_PLAIN.split(path, 2)[0];
    }
}
