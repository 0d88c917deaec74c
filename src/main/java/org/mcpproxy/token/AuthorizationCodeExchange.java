package org.mcpproxy.token;

import com.nimbusds.oauth2.sdk.GrantType;
import com.nimbusds.oauth2.sdk.pkce.CodeChallenge;
import com.nimbusds.oauth2.sdk.pkce.CodeChallengeMethod;
import com.nimbusds.oauth2.sdk.pkce.CodeVerifier;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Clock;
import java.time.Instant;
import java.util.Optional;
import org.mcpproxy.audit.AuditEvent.GrantRevoked.Cause;
import org.mcpproxy.grant.AuthorizationCode;
import org.mcpproxy.grant.AuthorizationCodes;
import org.mcpproxy.grant.Grant;
import org.mcpproxy.grant.GrantEnding;
import org.mcpproxy.grant.Grants;
import org.mcpproxy.grant.RefreshToken;
import org.mcpproxy.grant.RefreshTokenValue;
import org.mcpproxy.oauth.Check;
import org.mcpproxy.oauth.Reason;
import org.mcpproxy.oauth.Rejection;
import org.mcpproxy.oauth.Secret;

/** {@code grant_type=authorization_code} (OAuth 2.1 4.1.3). */
@Singleton
public class AuthorizationCodeExchange implements Exchange {

    private static final Check<Presented> CHECKS = ((Check<Presented>) AuthorizationCodeExchange::requireUnexpired)
            .then(AuthorizationCodeExchange::requireSameClient)
            .then(AuthorizationCodeExchange::requireSameRedirectUri)
            .then(AuthorizationCodeExchange::requireVerifier)
            .then(AuthorizationCodeExchange::requireKey);

    private final AuthorizationCodes codes;
    private final Grants grants;
    private final GrantEnding ending;
    private final TokenMint mint;
    private final Clock clock;

    @Inject
    public AuthorizationCodeExchange(
            AuthorizationCodes codes, Grants grants, GrantEnding ending, TokenMint mint, Clock clock) {
        this.codes = codes;
        this.grants = grants;
        this.ending = ending;
        this.mint = mint;
        this.clock = clock;
    }

    @Override
    public GrantType grantType() {
        return GrantType.AUTHORIZATION_CODE;
    }

    @Override
    public TokenAnswer exchange(TokenRequest request) {
        String hash = new Secret(request.parameters().get("code", Reason.CODE_MISSING)).hash();
        AuthorizationCode code = codes.find(hash).orElseThrow(() -> Rejection.of(Reason.CODE_UNKNOWN));
        Optional<Grant> opened = grants.find(code.grantId());
        opened.ifPresent(request::isOf);
        if (code.consumed()) {
            throw replayed(code, request);
        }
        CHECKS.require(new Presented(code, request), clock.instant());
        Grant grant = opened.orElseThrow(() -> Rejection.of(Reason.GRANT_ENDED));
        String resource = RequestedResource.of(request.parameters(), grant);
        Optional<RefreshTokenValue> refreshToken = mint.firstRefreshToken(request.client());
        TokenAnswer answer = mint.mint(grant, request, resource, grant.scope(), refreshToken, code.nonce());
        Optional<RefreshToken> first = refreshToken.map(value -> mint.stored(value, grant, request));
        if (!codes.redeem(code, first, first.map(RefreshToken::expiresAt).orElse(answer.expiresAt()))) {
            throw replayed(code, request);
        }
        return answer;
    }

    /** A code that comes twice has leaked: nobody can tell which of the two is the client (OAuth 2.1 4.1.3). */
    private Rejection replayed(AuthorizationCode code, TokenRequest request) {
        ending.end(code.grantId(), Cause.CODE_REPLAYED, request.trail());
        return Rejection.of(Reason.CODE_REPLAYED);
    }

    private static void requireUnexpired(Presented presented, Instant now) {
        if (!now.isBefore(presented.code().expiresAt())) {
            throw Rejection.of(Reason.CODE_UNKNOWN);
        }
    }

    private static void requireSameClient(Presented presented, Instant now) {
        if (!presented.code().clientId().equals(presented.request().client().id())) {
            throw Rejection.of(Reason.CODE_OF_OTHER_CLIENT);
        }
    }

    private static void requireSameRedirectUri(Presented presented, Instant now) {
        String redirectUri = presented.request().parameters().get("redirect_uri", Reason.CODE_REDIRECT_URI_MISMATCH);
        if (!presented.code().redirectUri().equals(redirectUri)) {
            throw Rejection.of(Reason.CODE_REDIRECT_URI_MISMATCH);
        }
    }

    /** PKCE (RFC 7636 4.6): without it, whoever intercepts the code could redeem it. */
    private static void requireVerifier(Presented presented, Instant now) {
        String verifier = presented.request().parameters().get("code_verifier", Reason.VERIFIER_MISSING);
        if (!challenge(verifier, presented.code().codeChallenge())) {
            throw Rejection.of(Reason.VERIFIER_WRONG);
        }
    }

    /** RFC 9449 10: else whoever intercepts the code and its verifier could bind the tokens to a key of their own. */
    private static void requireKey(Presented presented, Instant now) {
        presented.code().keyThumbprint().ifPresent(presented.request()::requireKey);
    }

    private static boolean challenge(String verifier, String challenge) {
        try {
            CodeChallenge computed = CodeChallenge.compute(CodeChallengeMethod.S256, new CodeVerifier(verifier));
            return MessageDigest.isEqual(
                    computed.getValue().getBytes(StandardCharsets.US_ASCII),
                    challenge.getBytes(StandardCharsets.UTF_8));
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    private record Presented(AuthorizationCode code, TokenRequest request) {}
}
