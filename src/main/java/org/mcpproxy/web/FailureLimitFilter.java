package org.mcpproxy.web;

import jakarta.enterprise.context.Dependent;
import jakarta.inject.Inject;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.container.ContainerRequestFilter;
import jakarta.ws.rs.container.ContainerResponseContext;
import jakarta.ws.rs.container.ContainerResponseFilter;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.ext.Provider;
import org.mcpproxy.audit.Trail;

/** Counts the failed authentications of each address at what is {@link FailuresLimited}; successes cost nothing. */
@Provider
@Dependent
@FailuresLimited
public class FailureLimitFilter implements ContainerRequestFilter, ContainerResponseFilter {

    @Context
    private HttpServletRequest request;

    // A field, because RESTEasy makes a provider only by a constructor without parameters.
    @Inject
    private AddressRateLimits limits;

    @Override
    public void filter(ContainerRequestContext context) {
        failures().requireAny(address());
    }

    @Override
    public void filter(ContainerRequestContext context, ContainerResponseContext response) {
        if (response.getStatus() == Response.Status.UNAUTHORIZED.getStatusCode()) {
            failures().count(address());
        }
    }

    private AddressRateLimit failures() {
        return limits.of(AddressRateLimits.Kind.FAILED_AUTHENTICATION);
    }

    private String address() {
        return Trail.of(request).address();
    }
}
