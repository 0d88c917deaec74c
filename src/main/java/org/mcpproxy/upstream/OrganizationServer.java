package org.mcpproxy.upstream;

import com.nimbusds.jose.jwk.source.JWKSource;
import com.nimbusds.jose.proc.SecurityContext;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import org.mcpproxy.config.Settings;
import org.mcpproxy.oauth.Rejection;
import org.mcpproxy.upstream.IssuerCalls.Endpoint;

/**
 * The org authorization server, which alone gives ID-JAGs at Okta, whichever server people sign on at. Of an issuer that is
 * not Okta's, the issuer itself.
 *
 * @see <a href="https://developer.okta.com/blog/2026/02/17/xaa-resource-app">Okta: only the org server exchanges</a>
 */
@ApplicationScoped
class OrganizationServer implements AssertionIssuer {

    private static final Logger LOG = System.getLogger(OrganizationServer.class.getName());

    private final boolean loads;
    private final Discovery discovery;
    private final IssuerKeys keys;
    private boolean loaded;
    private boolean warned;

    @Inject
    OrganizationServer(Settings settings, Discovery discovery, IssuerKeys keys, IssuerCalls calls, Clock clock) {
        URI issuer = settings.okta().issuer();
        URI organization = URI.create(User.organization(issuer));
        boolean another = !organization.equals(issuer);
        this.loads = another && settings.okta().crossAppAccess();
        this.discovery = another ? new Discovery(organization, Endpoint.ORGANIZATION_DISCOVERY, calls) : discovery;
        this.keys = another ? new IssuerKeys(this.discovery, Endpoint.ORGANIZATION_KEYS, calls, clock) : keys;
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
        try {
            if (due || !loaded) {
                discovery.load();
                loaded = true;
            }
            keys.renew(ahead);
            warned = false;
        } catch (Rejection e) {
            warn(e);
            throw e;
        }
    }

    /** Of the first failure of a row: nobody would hear else why each ID-JAG is answered 503. */
    private void warn(Rejection why) {
        if (!warned) {
            warned = true;
            LOG.log(
                    Level.WARNING,
                    "The document or keys of the org of OKTA_ISSUER did not load ({0}): no ID-JAG can be taken",
                    why.reason());
        }
    }
}
