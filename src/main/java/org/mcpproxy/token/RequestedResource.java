package org.mcpproxy.token;

import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.mcpproxy.grant.Grant;
import org.mcpproxy.oauth.Parameters;
import org.mcpproxy.oauth.Reason;
import org.mcpproxy.oauth.Rejection;
import org.mcpproxy.oauth.ResourceIndicator;

/**
 * The {@code resource} of a token request (RFC 8707 2.2): one of those that were granted. It may be left out where one was
 * granted alone. A token for several could be used by each of these MCP servers at the others (RFC 8707 3).
 */
final class RequestedResource {

    private RequestedResource() {}

    /** @throws Rejection {@code RESOURCE_MISMATCH}, or {@code RESOURCE_AMBIGUOUS} where it could be several */
    static String of(Parameters parameters, Grant grant) {
        List<String> named = parameters.all("resource");
        Set<String> meant = named.isEmpty() ? Set.copyOf(grant.resources().all()) : granted(named, grant);
        if (meant.size() > 1) {
            throw Rejection.of(Reason.RESOURCE_AMBIGUOUS);
        }
        return meant.iterator().next();
    }

    private static Set<String> granted(List<String> named, Grant grant) {
        return named.stream()
                .map(ResourceIndicator::canonical)
                .map(resource -> resource.filter(grant.resources()::contains)
                        .orElseThrow(() -> Rejection.of(Reason.RESOURCE_MISMATCH)))
                .collect(Collectors.toSet());
    }
}
