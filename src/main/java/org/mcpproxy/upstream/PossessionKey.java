package org.mcpproxy.upstream;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import com.nimbusds.jwt.SignedJWT;
import com.nimbusds.oauth2.sdk.dpop.DefaultDPoPProofFactory;
import com.nimbusds.oauth2.sdk.http.HTTPRequest;
import com.nimbusds.oauth2.sdk.id.JWTID;
import com.nimbusds.oauth2.sdk.token.AccessToken;
import com.nimbusds.openid.connect.sdk.Nonce;
import java.net.URI;
import java.text.ParseException;
import java.time.Instant;
import java.util.Date;
import java.util.Optional;
import org.mcpproxy.oauth.Secret;

/**
 * The key pair that Okta's tokens of one grant are bound to (RFC 9449). It lives and is kept with them: whoever has both can
 * use them.
 *
 * @param jwk the pair, private part and all, on the curve P-256
 */
public record PossessionKey(Secret jwk) {

    /** What its proofs are signed with. */
    static final JWSAlgorithm ALGORITHM = JWSAlgorithm.ES256;

    static PossessionKey generate() {
        try {
            return new PossessionKey(
                    new Secret(new ECKeyGenerator(Curve.P_256).generate().toJSONString()));
        } catch (JOSEException e) {
            throw new IllegalStateException("Every Java platform has P-256", e);
        }
    }

    /**
     * A proof for one request (4.2), with an identifier of its own.
     *
     * @param token the one that is sent beside it, for {@code ath}
     * @param nonce what the server gave for it
     */
    SignedJWT proof(HTTPRequest request, Instant now, Optional<AccessToken> token, Optional<Nonce> nonce) {
        try {
            return new DefaultDPoPProofFactory(ECKey.parse(jwk.value()), ALGORITHM)
                    .createDPoPJWT(
                            new JWTID(),
                            request.getMethod().name(),
                            withoutQuery(request.getURI()),
                            Date.from(now),
                            token.orElse(null),
                            nonce.orElse(null));
        } catch (ParseException | JOSEException e) {
            throw new IllegalStateException("The key of a grant cannot sign");
        }
    }

    /** {@code htu}: an endpoint may have a query (RFC 6749 3.2), and metadata name one. */
    private static URI withoutQuery(URI address) {
        return URI.create(address.toString().split("[?#]", 2)[0]);
    }
}
