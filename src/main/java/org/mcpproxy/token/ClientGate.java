package org.mcpproxy.token;

import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import jakarta.servlet.ServletRequest;
import java.util.Optional;
import java.util.Set;
import org.mcpproxy.audit.Actor;
import org.mcpproxy.audit.Trail;
import org.mcpproxy.client.Client;
import org.mcpproxy.client.ClientAuthenticator;
import org.mcpproxy.oauth.Parameters;
import org.mcpproxy.oauth.Reason;
import org.mcpproxy.oauth.Rejection;
import org.mcpproxy.web.AddressRateLimits;
import org.mcpproxy.web.FailedAuthentications;

/** Lets a client in that authenticates, and bounds how often others may try. */
@Singleton
public class ClientGate {

    private static final int UNAUTHORIZED = 401;

    /** To check an assertion costs much more than a secret. */
    private static final Set<Reason> GUESSES = Set.of(Reason.CLIENT_SECRET_WRONG, Reason.CLIENT_ASSERTION_INVALID);

    /** Of a client that there is. */
    private static final Set<Reason> UNPROVEN = Set.of(
            Reason.CLIENT_SECRET_WRONG,
            Reason.CLIENT_ASSERTION_INVALID,
            Reason.CLIENT_AUTHENTICATION_MISSING,
            Reason.CLIENT_AUTHENTICATION_METHOD);

    private final ClientAuthenticator authenticator;
    private final FailedAuthentications failed;
    private final AddressRateLimits limits;

    @Inject
    public ClientGate(ClientAuthenticator authenticator, FailedAuthentications failed, AddressRateLimits limits) {
        this.authenticator = authenticator;
        this.failed = failed;
        this.limits = limits;
    }

    /**
     * Lays the actor of this request, for the audit, whether it gets in or not.
     *
     * @param authorization the {@code Authorization} header, or null
     * @throws Rejection with a {@code CLIENT_…} reason, or {@code TOO_MANY_REQUESTS}
     */
    public Client enter(String authorization, Parameters parameters, ServletRequest request) {
        Trail trail = Trail.of(request);
        Optional<String> clientId = authenticator.claimed(authorization, parameters);
        clientId.ifPresent(id -> failed.requireGuess(trail.address(), id));
        limitFetches(authorization, parameters, trail);
        try {
            Client client = authenticator.authenticate(authorization, parameters);
            new Actor(null, client.id()).lay(request);
            return client;
        } catch (Rejection rejection) {
            if (UNPROVEN.contains(rejection.reason())) {
                clientId.ifPresent(id -> new Actor(null, id).lay(request));
            }
            if (GUESSES.contains(rejection.reason())) {
                clientId.ifPresent(id -> failed.countGuess(trail.address(), id));
            }
            if (rejection.reason().status() == UNAUTHORIZED) {
                failed.count(trail.address());
            }
            throw rejection;
        }
    }

    /** A client that is new here costs what one costs that registers; nobody keeps one from going on that is known. */
    private void limitFetches(String authorization, Parameters parameters, Trail trail) {
        if (authenticator.isNew(authorization, parameters)) {
            limits.of(AddressRateLimits.Kind.REGISTRATION).take(trail.address());
        }
    }
}
