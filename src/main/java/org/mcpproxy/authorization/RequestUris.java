package org.mcpproxy.authorization;

import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.net.URI;
import java.time.Clock;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.random.RandomGenerator;
import org.mcpproxy.client.Client;
import org.mcpproxy.config.Settings;
import org.mcpproxy.oauth.Parameters;
import org.mcpproxy.oauth.Reason;
import org.mcpproxy.oauth.Rejection;
import org.mcpproxy.oauth.Secret;

/**
 * Names for pushed authorization requests (RFC 9126 2.2). What is pushed is judged as the authorization endpoint judges it,
 * there and then, and once more when the browser comes: by then the client may have changed or gone.
 */
@Singleton
public class RequestUris {

    private static final String PREFIX = "urn:ietf:params:oauth:request_uri:";

    /** They say who pushed, and are no part of what was. */
    private static final Set<String> AUTHENTICATION =
            Set.of("client_secret", "client_assertion", "client_assertion_type");

    private final AuthorizationRequests requests;
    private final PushedRequests pushed;
    private final Settings settings;
    private final RandomGenerator random;
    private final Clock clock;

    @Inject
    public RequestUris(
            AuthorizationRequests requests,
            PushedRequests pushed,
            Settings settings,
            RandomGenerator random,
            Clock clock) {
        this.requests = requests;
        this.pushed = pushed;
        this.settings = settings;
        this.random = random;
        this.clock = clock;
    }

    /**
     * @param client has authenticated, where it is confidential
     * @return the {@code request_uri}, for one use
     * @throws Rejection as the authorization endpoint would, or with a reason of {@link PushedRequests#save}
     */
    public URI push(Client client, Parameters parameters) {
        Parameters kept = kept(client, parameters);
        requests.request(kept, requests.redirection(kept));
        Secret handle = Secret.random(random);
        Instant end = clock.instant().plus(settings.lifetimes().pushedRequest());
        pushed.save(new PushedRequest(handle.hash(), client.id(), kept, end));
        return URI.create(PREFIX + handle.value());
    }

    /**
     * The request that the browser brings or names. Where it names one, only {@code client_id} counts beside (RFC 9101 6.3),
     * and must be whose request it is.
     *
     * @throws Rejection {@code CLIENT_MISSING}, or {@code REQUEST_URI_UNKNOWN} where it was used, has expired or is another's
     */
    public Parameters resolve(Parameters parameters) {
        return handle(parameters)
                .map(handle -> find(handle, parameters.get("client_id", Reason.CLIENT_MISSING)))
                .orElse(parameters);
    }

    /**
     * Uses up the name that the browser brought, if any. It comes last: whatever fails before, the browser may come again.
     *
     * @throws Rejection {@code REQUEST_URI_UNKNOWN} where another has used it meanwhile
     */
    public void use(Parameters parameters) {
        handle(parameters).ifPresent(handle -> {
            if (!pushed.use(handle.hash())) {
                throw Rejection.of(Reason.REQUEST_URI_UNKNOWN);
            }
        });
    }

    private static Optional<Secret> handle(Parameters parameters) {
        return parameters
                .find("request_uri")
                .filter(uri -> uri.startsWith(PREFIX))
                .map(uri -> new Secret(uri.substring(PREFIX.length())));
    }

    private Parameters find(Secret handle, String clientId) {
        return pushed.find(handle.hash(), clientId)
                .map(PushedRequest::parameters)
                .orElseThrow(() -> Rejection.of(Reason.REQUEST_URI_UNKNOWN));
    }

    private static Parameters kept(Client client, Parameters parameters) {
        Map<String, List<String>> kept = new HashMap<>(parameters.present());
        kept.keySet().removeAll(AUTHENTICATION);
        kept.put("client_id", List.of(client.id()));
        return new Parameters(kept);
    }
}
