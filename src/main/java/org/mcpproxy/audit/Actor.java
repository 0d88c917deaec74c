package org.mcpproxy.audit;

import jakarta.servlet.ServletRequest;

/**
 * Who a request turned out to be from, for the audit of a refusal that comes later.
 *
 * @param user null while not known
 * @param client null while not known; a client that was found, never a name that a stranger made up
 */
public record Actor(String user, String client) {

    private static final String ATTRIBUTE = Actor.class.getName();
    private static final Actor NOBODY = new Actor(null, null);

    /** The actor that was laid for this request; one without user and client before that. */
    public static Actor of(ServletRequest request) {
        return request.getAttribute(ATTRIBUTE) instanceof Actor actor ? actor : NOBODY;
    }

    /** Lays the actor of this request. */
    public void lay(ServletRequest request) {
        request.setAttribute(ATTRIBUTE, this);
    }
}
