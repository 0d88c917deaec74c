package org.mcpproxy.audit;

import jakarta.servlet.ServletRequest;

/**
 * Where a request came from, for every audit line that it causes.
 *
 * @param requestId made here for each request, also answered as {@code X-Request-Id}
 * @param address the client's address
 */
public record Trail(String requestId, String address) {

    private static final String ATTRIBUTE = Trail.class.getName();

    /** The trail of this request, which a filter laid before anything else ran. */
    public static Trail of(ServletRequest request) {
        return (Trail) request.getAttribute(ATTRIBUTE);
    }

    /** Lays the trail of this request. */
    public void lay(ServletRequest request) {
        request.setAttribute(ATTRIBUTE, this);
    }
}
