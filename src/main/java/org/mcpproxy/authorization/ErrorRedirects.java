package org.mcpproxy.authorization;

import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import jakarta.servlet.http.HttpServletRequest;
import org.mcpproxy.authorization.AuthorizationRequests.Redirection;
import org.mcpproxy.client.PreregisteredClients;
import org.mcpproxy.client.RedirectUris;

/**
 * Where an error takes the browser to by itself, before anybody was asked for consent: to this machine, to a client that an
 * administrator registered, or to one that this browser's user has allowed. Any other client anybody may have registered, and
 * it could send people where it likes from an address that they trust (RFC 9700 4.11.2).
 */
@Singleton
public class ErrorRedirects {

    private final PreregisteredClients preregistered;
    private final RememberedConsent remembered;

    @Inject
    public ErrorRedirects(PreregisteredClients preregistered, RememberedConsent remembered) {
        this.preregistered = preregistered;
        this.remembered = remembered;
    }

    boolean allow(Redirection redirection, HttpServletRequest http) {
        return RedirectUris.isLoopback(redirection.redirectUri())
                || preregistered.find(redirection.client().id()).isPresent()
                || remembered.knows(redirection, http);
    }
}
