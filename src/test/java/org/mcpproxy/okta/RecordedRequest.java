package org.mcpproxy.okta;

import java.util.Map;
import java.util.Set;

/**
 * One request that reached the org.
 *
 * @param endpoint null for a path that Okta does not have
 * @param parameters values of the parameters that are no secrets
 * @param parameterNames the names of all parameters
 * @param headerNames lower case
 * @param clientAuthentication {@code client_secret_basic}, {@code client_secret_post}, {@code private_key_jwt},
 *     {@code bearer}, {@code dpop} or {@code none}
 * @param status what was answered; 0 where nothing was
 */
public record RecordedRequest(
        String method,
        String path,
        Endpoint endpoint,
        Map<String, String> parameters,
        Set<String> parameterNames,
        Set<String> headerNames,
        String clientAuthentication,
        int status) {}
