package org.mcpproxy.upstream;

import com.nimbusds.oauth2.sdk.ParseException;
import com.nimbusds.oauth2.sdk.http.HTTPRequest;
import com.nimbusds.oauth2.sdk.http.HTTPResponse;
import com.nimbusds.oauth2.sdk.token.AccessToken;
import com.nimbusds.openid.connect.sdk.UserInfoRequest;
import com.nimbusds.openid.connect.sdk.UserInfoSuccessResponse;
import com.nimbusds.openid.connect.sdk.claims.ClaimsSet;
import com.nimbusds.openid.connect.sdk.claims.IDTokenClaimsSet;
import com.nimbusds.openid.connect.sdk.claims.UserInfo;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.net.URI;
import java.util.Optional;
import java.util.function.Supplier;
import org.mcpproxy.config.OktaSettings;
import org.mcpproxy.config.Settings;
import org.mcpproxy.oauth.Reason;
import org.mcpproxy.oauth.Rejection;

/**
 * Who signed on: from the ID token, and from UserInfo (OpenID Connect Core 5.3) what a thin ID token lacks. Okta's org
 * server puts groups into the ID token only, and custom servers may leave email and name out of it.
 */
@ApplicationScoped
class People {

    private static final String NAME = "name";
    private static final String EMAIL = "email";
    private static final Logger LOG = System.getLogger(People.class.getName());

    private final OktaSettings okta;
    private final Discovery discovery;
    private final IssuerCalls calls;
    private final ProvenCalls provenCalls;

    @Inject
    People(Settings settings, Discovery discovery, IssuerCalls calls, ProvenCalls provenCalls) {
        this.okta = settings.okta();
        this.discovery = discovery;
        this.calls = calls;
        this.provenCalls = provenCalls;
    }

    /** For CDI's proxy. */
    protected People() {
        this.okta = null;
        this.discovery = null;
        this.calls = null;
        this.provenCalls = null;
    }

    /**
     * @param idToken a validated one
     * @param key what the access token is bound to, if it is
     * @throws Rejection {@code USER_INFO_MISMATCH}, {@code OKTA_ANSWER_INVALID}, {@code OKTA_REFUSED_PROXY} or {@code
     *     OKTA_UNAVAILABLE}
     */
    User identify(IDTokenClaimsSet idToken, AccessToken accessToken, Optional<PossessionKey> key) {
        ClaimsSet further = isThin(idToken) ? userInfo(idToken, accessToken, key) : idToken;
        return new User(
                User.organization(okta.issuer()),
                idToken.getSubject().getValue(),
                text(NAME, idToken, further),
                text(EMAIL, idToken, further),
                GroupsClaim.read((idToken.getClaim(okta.groupsClaim()) == null ? further : idToken)
                        .getClaim(okta.groupsClaim())));
    }

    private boolean isThin(IDTokenClaimsSet idToken) {
        return idToken.getClaim(NAME) == null
                || idToken.getClaim(EMAIL) == null
                || idToken.getClaim(okta.groupsClaim()) == null;
    }

    private ClaimsSet userInfo(IDTokenClaimsSet idToken, AccessToken accessToken, Optional<PossessionKey> key) {
        Optional<URI> endpoint = discovery.current().userInfoEndpoint();
        if (endpoint.isEmpty()) {
            return idToken;
        }
        LOG.log(Level.DEBUG, "The ID token is thin: asking UserInfo");
        UserInfo userInfo = parse(answer(endpoint.get(), accessToken, key));
        // An answer about someone else, mixed up or slipped in, must not lend its groups to this person.
        if (!idToken.getSubject().equals(userInfo.getSubject())) {
            throw Rejection.of(Reason.USER_INFO_MISMATCH);
        }
        return userInfo;
    }

    private HTTPResponse answer(URI endpoint, AccessToken accessToken, Optional<PossessionKey> key) {
        Supplier<HTTPRequest> request = () -> new UserInfoRequest(endpoint, accessToken).toHTTPRequest();
        return key.map(proven ->
                        provenCalls.repeatable(IssuerCalls.Endpoint.USER_INFO, endpoint, proven, accessToken, request))
                .orElseGet(() -> calls.repeatable(IssuerCalls.Endpoint.USER_INFO, request));
    }

    private static UserInfo parse(HTTPResponse response) {
        if (response.getStatusCode() == 401 || response.getStatusCode() == 403) {
            throw Rejection.of(Reason.OKTA_REFUSED_PROXY);
        }
        try {
            UserInfo userInfo = UserInfoSuccessResponse.parse(response).getUserInfo();
            if (userInfo == null) {
                throw Rejection.of(Reason.OKTA_ANSWER_INVALID);
            }
            return userInfo;
        } catch (ParseException e) {
            throw Rejection.of(Reason.OKTA_ANSWER_INVALID);
        }
    }

    private static String text(String claim, ClaimsSet first, ClaimsSet second) {
        return first.getClaim(claim) instanceof String text
                ? text
                : second.getClaim(claim) instanceof String other ? other : null;
    }
}
