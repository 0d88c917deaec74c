package org.mcpproxy.web;

import jakarta.enterprise.context.Dependent;
import jakarta.inject.Inject;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.container.ContainerRequestFilter;
import jakarta.ws.rs.container.ResourceInfo;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.ext.Provider;
import org.mcpproxy.audit.Trail;

/** Counts the calls of each address to what is {@link RateLimited}, before anything is done for them. */
@Provider
@Dependent
@RateLimited
public class RateLimitFilter implements ContainerRequestFilter {

    @Context
    private HttpServletRequest request;

    @Context
    private ResourceInfo resource;

    // A field, because RESTEasy makes a provider only by a constructor without parameters.
    @Inject
    private AddressRateLimits limits;

    @Override
    public void filter(ContainerRequestContext context) {
        RateLimited limited = resource.getResourceClass().getAnnotation(RateLimited.class);
        limits.of(limited.value()).take(Trail.of(request).address());
    }
}
