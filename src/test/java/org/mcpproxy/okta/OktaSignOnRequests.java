package org.mcpproxy.okta;

import jakarta.servlet.http.HttpServletRequest;
import java.util.Optional;

/** What is asked for at the authorize endpoint, in the browser's address or by what was pushed before (RFC 9126 4). */
final class OktaSignOnRequests {

    private final String authorizePath;
    private final OktaSignOns signOns;

    OktaSignOnRequests(String authorizePath, OktaSignOns signOns) {
        this.authorizePath = authorizePath;
        this.signOns = signOns;
    }

    boolean isOne(HttpServletRequest request) {
        return authorizePath.equals(request.getRequestURI());
    }

    /** {@code prompt=none} gets an error where there is no session, never the sign-in page. */
    boolean isSilent(HttpServletRequest request) {
        return isOne(request)
                && parameter(request, "prompt").filter("none"::equals).isPresent();
    }

    /** Beside what was pushed the address counts for nothing. */
    Optional<String> parameter(HttpServletRequest request, String name) {
        String pushed = request.getParameter("request_uri");
        return pushed == null
                ? Optional.ofNullable(request.getParameter(name))
                : signOns.pushed(pushed).map(parameters -> (String) parameters.get(name));
    }
}
