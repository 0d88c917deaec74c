package org.mcpproxy.upstream;

import com.nimbusds.oauth2.sdk.ErrorObject;
import com.nimbusds.oauth2.sdk.OAuth2Error;
import com.nimbusds.oauth2.sdk.http.HTTPRequest;
import com.nimbusds.oauth2.sdk.http.HTTPResponse;
import com.nimbusds.oauth2.sdk.token.AccessToken;
import com.nimbusds.openid.connect.sdk.Nonce;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import org.mcpproxy.oauth.Reason;
import org.mcpproxy.oauth.Rejection;

/**
 * Calls to the issuer with a proof that this proxy has a grant's key (RFC 9449 4, 5, 7). Each request has a proof of its own.
 * Where the issuer demands its nonce in it (8, 9) the call is made once more: a server that refuses a proof has done nothing yet, so that
 * neither a code nor a refresh token is used up.
 */
@ApplicationScoped
class ProvenCalls {

    /** No call takes as long. */
    static final Duration WHENEVER = Duration.ofMinutes(1);

    private static final Logger LOG = System.getLogger(ProvenCalls.class.getName());

    private final IssuerCalls calls;
    private final IssuerNonces nonces;
    private final Clock clock;

    @Inject
    ProvenCalls(IssuerCalls calls, IssuerNonces nonces, Clock clock) {
        this.calls = calls;
        this.nonces = nonces;
        this.clock = clock;
    }

    /** For CDI's proxy. */
    protected ProvenCalls() {
        this(null, null, null);
    }

    /**
     * A call that must not be repeated after an outage: the token endpoint.
     *
     * @param patience the demand of a nonce must come within this, for there to be time for another call
     * @param request is made anew for that, as an assertion in it works once
     * @throws Rejection {@code OKTA_UNAVAILABLE}, also where the nonce that was given is not taken; {@code OKTA_ANSWER_INVALID}
     *     where none that may be used was given
     */
    HTTPResponse once(
            IssuerCalls.Endpoint endpoint,
            URI address,
            PossessionKey key,
            Duration patience,
            Supplier<HTTPRequest> request) {
        return answered(
                address, patience, nonce -> calls.once(endpoint, proven(request.get(), key, Optional.empty(), nonce)));
    }

    /**
     * A call with an access token that is bound to the key, which does no harm when repeated.
     *
     * @throws Rejection as {@link #once}
     */
    HTTPResponse repeatable(
            IssuerCalls.Endpoint endpoint,
            URI address,
            PossessionKey key,
            AccessToken token,
            Supplier<HTTPRequest> request) {
        return answered(
                address,
                WHENEVER,
                nonce -> calls.repeatable(endpoint, () -> proven(request.get(), key, Optional.of(token), nonce)));
    }

    private HTTPRequest proven(
            HTTPRequest request, PossessionKey key, Optional<AccessToken> token, Optional<Nonce> nonce) {
        request.setDPoP(key.proof(request, clock.instant(), token, nonce));
        return request;
    }

    private HTTPResponse answered(URI address, Duration patience, Function<Optional<Nonce>, HTTPResponse> call) {
        Instant begin = clock.instant();
        HTTPResponse first = call.apply(nonces.at(address));
        Optional<Nonce> given = nonces.keep(address, first);
        if (!demandsNonce(first)) {
            return first;
        }
        Nonce nonce = given.orElseThrow(() -> Rejection.of(Reason.OKTA_ANSWER_INVALID));
        if (begin.plus(patience).isBefore(clock.instant())) {
            throw Rejection.until(Reason.OKTA_UNAVAILABLE, IssuerCalls.AFTER_OUTAGE);
        }
        return answeredWith(nonce, address, call);
    }

    /** Only once: an issuer that refuses its own nonce could go on so for ever. What it refused is good for another try. */
    private HTTPResponse answeredWith(Nonce nonce, URI address, Function<Optional<Nonce>, HTTPResponse> call) {
        HTTPResponse second = call.apply(Optional.of(nonce));
        nonces.keep(address, second);
        if (demandsNonce(second)) {
            LOG.log(Level.WARNING, "Okta does not take the nonce for DPoP proofs that it gave itself");
            throw Rejection.until(Reason.OKTA_UNAVAILABLE, IssuerCalls.AFTER_OUTAGE);
        }
        return second;
    }

    /** 400 at an authorization server (8), 401 at a resource (9), where Okta has been seen to answer 400 as well. */
    private static boolean demandsNonce(HTTPResponse answer) {
        int status = answer.getStatusCode();
        return (status == HTTPResponse.SC_BAD_REQUEST || status == HTTPResponse.SC_UNAUTHORIZED)
                && (OAuth2Error.USE_DPOP_NONCE_CODE.equals(
                                ErrorObject.parse(answer).getCode())
                        || challengesForNonce(answer));
    }

    private static boolean challengesForNonce(HTTPResponse answer) {
        return Optional.ofNullable(answer.getHeaderValues("WWW-Authenticate")).stream()
                .flatMap(Collection::stream)
                .anyMatch(challenge -> challenge.contains(OAuth2Error.USE_DPOP_NONCE_CODE));
    }
}
