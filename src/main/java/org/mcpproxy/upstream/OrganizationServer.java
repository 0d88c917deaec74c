package org.mcpproxy.upstream;

import com.nimbusds.jose.jwk.source.JWKSource;
import com.nimbusds.jose.proc.SecurityContext;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import org.mcpproxy.config.Settings;
import org.mcpproxy.oauth.Rejection;

/**
 * The org authorization server, which alone gives ID-JAGs at Okta, whichever server people sign on at. Of an issuer that is
 * not Okta's, the issuer itself.
 *
 * @see <a href="https://developer.okta.com/blog/2026/02/17/xaa-resource-app">Okta: only the org server exchanges</a>
 */
@ApplicationScoped
class OrganizationServer implements AssertionIssuer {

    private final boolean loads;
    private final Discovery discovery;
    private final IssuerKeys keys;
    private boolean loaded;

    @Inject
    OrganizationServer(Settings settings, Discovery discovery, IssuerKeys keys, IssuerCalls calls, Clock clock) {
        URI issuer = settings.okta().issuer();
        URI organization = URI.create(User.organization(issuer));
        boolean another = !organization.equals(issuer);
        this.loads = another && settings.okta().crossAppAccess();
        this.discovery = another ? new Discovery(organization, calls) : discovery;
        this.keys = another ? new IssuerKeys(this.discovery, calls, clock) : keys;
    }

    /** For CDI's proxy. */
    protected OrganizationServer() {
        this.loads = false;
        this.discovery = null;
        this.keys = null;
    }

    @Override
    public URI issuer() {
        return discovery.current().issuer();
    }

    @Override
    public JWKSource<SecurityContext> keys() {
        return keys;
    }

    /**
     * Loads its document and keys in the background, where they are needed and nobody else loads them.
     *
     * @param due whether the document is to be read anew; one that has never loaded is in any case
     * @param ahead for how long its keys shall be good from now on
     * @throws Rejection {@code OKTA_UNAVAILABLE} or {@code OKTA_ANSWER_INVALID}; what is known stays
     */
    void load(boolean due, Duration ahead) {
        if (!loads) {
            return;
        }
        if (due || !loaded) {
            discovery.load();
            loaded = true;
        }
        keys.renew(ahead);
    }
}
