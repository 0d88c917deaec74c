package org.mcpproxy.upstream;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.proc.BadJOSEException;
import com.nimbusds.jose.proc.DefaultJOSEObjectTypeVerifier;
import com.nimbusds.jose.proc.JWSVerificationKeySelector;
import com.nimbusds.jose.proc.SecurityContext;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import com.nimbusds.jwt.proc.DefaultJWTProcessor;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.text.ParseException;
import java.time.Clock;
import org.mcpproxy.config.Settings;
import org.mcpproxy.oauth.Reason;
import org.mcpproxy.oauth.Rejection;
import org.mcpproxy.oauth.Secret;
import org.mcpproxy.oauth.UnverifiedJwt;

/**
 * Verifies ID-JAGs. The type and the claims come first: what is from elsewhere, or for somebody else, needs no key, and makes
 * us fetch none.
 */
@ApplicationScoped
class OktaIdentityAssertions implements IdentityAssertions {

    /** RFC 8725 3.11: the org signs ID tokens and logout tokens with the same keys, and none of them is an ID-JAG. */
    private static final DefaultJOSEObjectTypeVerifier<SecurityContext> TYPE =
            new DefaultJOSEObjectTypeVerifier<>(new JOSEObjectType("oauth-id-jag+jwt"));

    private static final int LONGEST = 16_384;

    private final Settings settings;
    private final AssertionIssuer issuer;
    private final Clock clock;

    @Inject
    OktaIdentityAssertions(Settings settings, AssertionIssuer issuer, Clock clock) {
        this.settings = settings;
        this.issuer = issuer;
        this.clock = clock;
    }

    /** For CDI's proxy. */
    protected OktaIdentityAssertions() {
        this(null, null, null);
    }

    @Override
    public IdentityAssertion verify(Secret assertion, String clientId) {
        SignedJWT jwt = parse(assertion);
        IdentityAssertionClaims rules = new IdentityAssertionClaims(settings, issuer.issuer(), clientId);
        return rules.read(verify(jwt, rules));
    }

    private static SignedJWT parse(Secret assertion) {
        try {
            if (assertion.value().length() > LONGEST) {
                throw Rejection.of(Reason.ID_JAG_MALFORMED);
            }
            SignedJWT jwt =
                    UnverifiedJwt.parse(assertion.value()).orElseThrow(() -> Rejection.of(Reason.ID_JAG_MALFORMED));
            TYPE.verify(jwt.getHeader().getType(), null);
            if (jwt.getJWTClaimsSet() == null) {
                throw Rejection.of(Reason.ID_JAG_MALFORMED);
            }
            return jwt;
        } catch (ParseException | BadJOSEException e) {
            throw Rejection.of(Reason.ID_JAG_MALFORMED);
        }
    }

    private JWTClaimsSet verify(SignedJWT jwt, IdentityAssertionClaims rules) {
        try {
            rules.require(jwt.getJWTClaimsSet(), clock.instant());
            return processor().process(jwt, null);
        } catch (ParseException e) {
            throw Rejection.of(Reason.ID_JAG_MALFORMED);
        } catch (BadJOSEException | JOSEException e) {
            throw Rejection.of(Reason.ID_JAG_SIGNATURE_WRONG);
        }
    }

    private DefaultJWTProcessor<SecurityContext> processor() {
        DefaultJWTProcessor<SecurityContext> processor = new DefaultJWTProcessor<>();
        processor.setJWSTypeVerifier(TYPE);
        processor.setJWSKeySelector(new JWSVerificationKeySelector<>(IdTokens.ALGORITHMS, issuer.keys()));
        // the claims are judged before, by the injected clock
        processor.setJWTClaimsSetVerifier(null);
        return processor;
    }
}
