package org.mcpproxy.upstream;

import com.nimbusds.oauth2.sdk.ParseException;
import com.nimbusds.openid.connect.sdk.op.OIDCProviderMetadata;
import java.net.URI;
import java.util.Optional;
import java.util.regex.Pattern;
import org.mcpproxy.oauth.Reason;
import org.mcpproxy.oauth.Rejection;

/**
 * What the issuer says about itself (OpenID Connect Discovery 3). Every endpoint comes from here, none is built by hand.
 *
 * @param issuer as the issuer itself writes it, in its tokens too
 * @param pushedRequestEndpoint for pushed authorization requests (RFC 9126 5)
 * @param requiresPushedRequests whether it takes no others
 * @param takesProofs whether tokens can be bound to a key of ours (RFC 9449 5.1), with {@link PossessionKey#ALGORITHM}
 * @param namesItself whether authorization answers carry {@code iss} (RFC 9207 3)
 */
record ProviderMetadata(
        URI issuer,
        URI authorizationEndpoint,
        URI tokenEndpoint,
        URI jwksUri,
        Optional<URI> userInfoEndpoint,
        Optional<URI> revocationEndpoint,
        Optional<URI> endSessionEndpoint,
        Optional<URI> pushedRequestEndpoint,
        boolean requiresPushedRequests,
        boolean takesProofs,
        boolean namesItself) {

    private static final Pattern LOOPBACK = Pattern.compile("localhost|127(\\.\\d{1,3}){3}|\\[::1]");

    /**
     * Reads the issuer's document.
     *
     * @param issuer the configured issuer, without a slash at its end. The document must name it exactly (Discovery 4.3), else
     *     it could speak for another; but it may write it with that slash, as some do, whose address is the same (4.1)
     * @throws Rejection {@code OKTA_ANSWER_INVALID}
     */
    static ProviderMetadata parse(URI issuer, String document) {
        OIDCProviderMetadata metadata = parse(document);
        String name = metadata.getIssuer().getValue();
        if (!name.equals(issuer.toString()) && !name.equals(issuer + "/")) {
            throw Rejection.of(Reason.OKTA_ANSWER_INVALID);
        }
        return new ProviderMetadata(
                URI.create(name),
                required(metadata.getAuthorizationEndpointURI()),
                required(metadata.getTokenEndpointURI()),
                required(metadata.getJWKSetURI()),
                optional(metadata.getUserInfoEndpointURI()),
                optional(metadata.getRevocationEndpointURI()),
                optional(metadata.getEndSessionEndpointURI()),
                optional(metadata.getPushedAuthorizationRequestEndpointURI()),
                metadata.requiresPushedAuthorizationRequests(),
                takesProofs(metadata),
                metadata.supportsAuthorizationResponseIssuerParam());
    }

    private static OIDCProviderMetadata parse(String document) {
        try {
            return OIDCProviderMetadata.parse(document);
        } catch (ParseException e) {
            throw Rejection.of(Reason.OKTA_ANSWER_INVALID, e);
        }
    }

    private static boolean takesProofs(OIDCProviderMetadata metadata) {
        return metadata.getDPoPJWSAlgs() != null && metadata.getDPoPJWSAlgs().contains(PossessionKey.ALGORITHM);
    }

    private static Optional<URI> optional(URI endpoint) {
        return Optional.ofNullable(endpoint).map(ProviderMetadata::required);
    }

    private static URI required(URI endpoint) {
        if (endpoint == null || !isConfidential(endpoint)) {
            throw Rejection.of(Reason.OKTA_ANSWER_INVALID);
        }
        return endpoint;
    }

    private static boolean isConfidential(URI endpoint) {
        if (endpoint.getHost() == null) {
            return false;
        }
        return "https".equalsIgnoreCase(endpoint.getScheme())
                || "http".equalsIgnoreCase(endpoint.getScheme())
                        && LOOPBACK.matcher(endpoint.getHost()).matches();
    }
}
