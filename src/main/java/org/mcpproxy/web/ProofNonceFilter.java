package org.mcpproxy.web;

import jakarta.inject.Inject;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpFilter;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Collections;
import org.mcpproxy.dpop.HttpCall;
import org.mcpproxy.dpop.ProofNonces;
import org.mcpproxy.oauth.PresentedToken;

/**
 * Supplies the nonce for the next proof with the answer to each request that has to do with one, whether it is refused or not
 * (RFC 9449 8.2, 9): a client that goes on is never sent back for a new one.
 */
public class ProofNonceFilter extends HttpFilter {

    /** What is kept must have none: a later request would be given it (8.2). */
    private static final String KEPT = "/.well-known/";

    private final transient ProofNonces nonces;

    @Inject
    public ProofNonceFilter(ProofNonces nonces) {
        this.nonces = nonces;
    }

    @Override
    protected void doFilter(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws IOException, ServletException {
        if (isOfProof(request) && !request.getRequestURI().startsWith(KEPT)) {
            response.setHeader(ProofNonces.HEADER, nonces.current());
        }
        chain.doFilter(request, response);
    }

    private static boolean isOfProof(HttpServletRequest request) {
        return request.getHeader(HttpCall.HEADER) != null
                || PresentedToken.isOfProof(Collections.list(request.getHeaders("Authorization")));
    }
}
