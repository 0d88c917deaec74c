package org.mcpproxy.okta;

import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.servlet.http.HttpSession;
import java.io.IOException;
import java.time.Instant;
import org.springframework.security.authentication.UsernamePasswordAuthenticationToken;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.web.filter.OncePerRequestFilter;

/** {@code prompt=login} and {@code max_age} (OpenID Connect Core 3.1.2.1): when a session is not enough. */
final class SignOnPolicy extends OncePerRequestFilter {

    private static final String ASKED = SignOnPolicy.class.getName() + ".asked:";

    private final OktaSignOnRequests requests;

    SignOnPolicy(OktaSignOnRequests requests) {
        this.requests = requests;
    }

    @Override
    protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        Authentication session = SecurityContextHolder.getContext().getAuthentication();
        if (session instanceof UsernamePasswordAuthenticationToken && !isEnough(session, request)) {
            SecurityContextHolder.setContext(SecurityContextHolder.createEmptyContext());
        }
        chain.doFilter(request, response);
    }

    /** A browser's session is no client authentication: it counts where people sign on, and nowhere else. */
    private boolean isEnough(Authentication session, HttpServletRequest request) {
        return requests.isOne(request) && !mustSignOnAgain(request, session);
    }

    private boolean mustSignOnAgain(HttpServletRequest request, Authentication session) {
        Instant signedOn = OktaTokenGenerator.authTime(session);
        return requests.parameter(request, "max_age")
                        .filter(maxAge -> tooOld(maxAge, signedOn))
                        .isPresent()
                || requests.parameter(request, "prompt").filter("login"::equals).isPresent()
                        && !signedOnForThis(request, signedOn);
    }

    private static boolean tooOld(String maxAge, Instant signedOn) {
        return signedOn.plusSeconds(Long.parseLong(maxAge)).isBefore(Instant.now());
    }

    /** The request comes twice: before the sign-in page, and again after it. */
    private static boolean signedOnForThis(HttpServletRequest request, Instant signedOn) {
        HttpSession session = request.getSession();
        String key = ASKED + request.getQueryString();
        Instant asked = (Instant) session.getAttribute(key);
        if (asked == null) {
            session.setAttribute(key, Instant.now());
            return false;
        }
        return !signedOn.isBefore(asked);
    }
}
