package org.mcpproxy.okta;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.util.Base64URL;
import com.nimbusds.jwt.SignedJWT;
import com.nimbusds.oauth2.sdk.dpop.JWKThumbprintConfirmation;
import com.nimbusds.oauth2.sdk.dpop.verifiers.AccessTokenValidationException;
import com.nimbusds.oauth2.sdk.dpop.verifiers.DPoPIssuer;
import com.nimbusds.oauth2.sdk.dpop.verifiers.DPoPProofUse;
import com.nimbusds.oauth2.sdk.dpop.verifiers.DPoPProtectedResourceRequestVerifier;
import com.nimbusds.oauth2.sdk.dpop.verifiers.DPoPTokenRequestVerifier;
import com.nimbusds.oauth2.sdk.dpop.verifiers.InvalidDPoPNonceException;
import com.nimbusds.oauth2.sdk.dpop.verifiers.InvalidDPoPProofException;
import com.nimbusds.oauth2.sdk.token.DPoPAccessToken;
import com.nimbusds.oauth2.sdk.util.singleuse.AlreadyUsedException;
import com.nimbusds.openid.connect.sdk.Nonce;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.text.ParseException;
import java.util.Base64;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import org.mcpproxy.okta.OktaApplications.Application;
import org.springframework.security.oauth2.server.authorization.OAuth2Authorization;
import org.springframework.web.filter.OncePerRequestFilter;

/**
 * Proofs of possession (RFC 9449) as Okta demands them of the proxy's application, where the administrator has switched that on: with Okta's
 * nonce, at the token endpoint and at UserInfo. Stricter than Okta, an old nonce ends when a new one is there.
 */
final class OktaProofs extends OncePerRequestFilter {

    private static final String PROOF = "DPoP";
    private static final Set<JWSAlgorithm> ALGORITHMS = Set.of(JWSAlgorithm.RS256, JWSAlgorithm.ES256);
    private static final long SECONDS = 60;
    private static final DPoPIssuer ANYBODY = new DPoPIssuer("the proxy");

    private final OktaAddress address;
    private final OktaSignOns signOns;
    private final Set<String> used = ConcurrentHashMap.newKeySet();
    private final Set<String> thumbprints = ConcurrentHashMap.newKeySet();
    private volatile String nonce = newNonce();

    OktaProofs(OktaAddress address, OktaSignOns signOns) {
        this.address = address;
        this.signOns = signOns;
    }

    void renewNonce() {
        nonce = newNonce();
    }

    /** Of all keys that tokens have been asked for with. */
    Set<String> thumbprints() {
        return Set.copyOf(thumbprints);
    }

    @Override
    protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws IOException, ServletException {
        try {
            judge(request, response);
        } catch (Refused refused) {
            refused.answer(response);
            return;
        }
        chain.doFilter(request, response);
    }

    private void judge(HttpServletRequest request, HttpServletResponse response) throws Refused {
        if (address.path(Endpoint.TOKEN).equals(request.getRequestURI()) && isOfProxy(request)) {
            response.setHeader("dpop-nonce", nonce);
            judgeTokenRequest(request);
        } else if (address.path(Endpoint.USERINFO).equals(request.getRequestURI())) {
            judgeUserInfoRequest(request, response);
        }
    }

    private void judgeTokenRequest(HttpServletRequest request) throws Refused {
        SignedJWT proof = proof(request, 400);
        String key = key(proof);
        String refreshToken = request.getParameter("refresh_token");
        OAuth2Authorization before = refreshToken == null ? null : signOns.issuerOf(refreshToken);
        String bound = before == null ? null : boundTo(before);
        if (bound != null && !bound.equals(key)) {
            throw new Refused(400, "invalid_dpop_proof");
        }
        thumbprints.add(key);
    }

    private String key(SignedJWT proof) throws Refused {
        try {
            return new DPoPTokenRequestVerifier(
                            ALGORITHMS, address.uri(Endpoint.TOKEN), SECONDS, SECONDS, this::markAsUsed)
                    .verify(ANYBODY, proof, Set.of(new Nonce(nonce)))
                    .getValue()
                    .toString();
        } catch (InvalidDPoPNonceException e) {
            throw new Refused(400, "use_dpop_nonce");
        } catch (InvalidDPoPProofException | JOSEException e) {
            throw new Refused(400, "invalid_dpop_proof");
        }
    }

    private void judgeUserInfoRequest(HttpServletRequest request, HttpServletResponse response) throws Refused {
        String[] authorization =
                String.valueOf(request.getHeader("Authorization")).split(" ", 2);
        OAuth2Authorization signOn = authorization.length == 2 ? signOns.issuerOf(authorization[1]) : null;
        String key = signOn == null ? null : boundTo(signOn);
        if (key == null) {
            return;
        }
        if (!"DPoP".equals(authorization[0])) {
            throw new Refused(401, "invalid_token");
        }
        response.setHeader("dpop-nonce", nonce);
        SignedJWT proof = proof(request, 401);
        requireHolder(proof, request.getMethod(), new DPoPAccessToken(authorization[1]), key);
    }

    private void requireHolder(SignedJWT proof, String method, DPoPAccessToken token, String key) throws Refused {
        URI endpoint = address.uri(Endpoint.USERINFO);
        try {
            new DPoPProtectedResourceRequestVerifier(ALGORITHMS, SECONDS, SECONDS, this::markAsUsed)
                    .verify(
                            method,
                            endpoint,
                            ANYBODY,
                            proof,
                            token,
                            new JWKThumbprintConfirmation(new Base64URL(key)),
                            Set.of(new Nonce(nonce)),
                            null);
        } catch (InvalidDPoPNonceException e) {
            throw new Refused(401, "use_dpop_nonce");
        } catch (InvalidDPoPProofException | AccessTokenValidationException | JOSEException e) {
            throw new Refused(401, "invalid_dpop_proof");
        }
    }

    private void markAsUsed(DPoPProofUse use) throws AlreadyUsedException {
        if (!used.add(use.getJWTID().getValue())) {
            throw new AlreadyUsedException("The proof was used before");
        }
    }

    private static SignedJWT proof(HttpServletRequest request, int status) throws Refused {
        List<String> proofs = Collections.list(request.getHeaders(PROOF));
        try {
            if (proofs.size() == 1) {
                return SignedJWT.parse(proofs.get(0));
            }
        } catch (ParseException e) {
            // as bad as none
        }
        throw new Refused(status, "invalid_dpop_proof");
    }

    /** The thumbprint of the key that the tokens of this sign-on are bound to, or null. */
    private static String boundTo(OAuth2Authorization signOn) {
        OAuth2Authorization.Token<?> token = signOn.getAccessToken();
        Object confirmation = token == null || token.getClaims() == null
                ? null
                : token.getClaims().get("cnf");
        return confirmation instanceof Map<?, ?> keys ? (String) keys.get("jkt") : null;
    }

    private static boolean isOfProxy(HttpServletRequest request) {
        String client = client(request);
        return Application.WEB.clientId().equals(client)
                || Application.WEB_WITH_KEY.clientId().equals(client);
    }

    private static String client(HttpServletRequest request) {
        String authorization = request.getHeader("Authorization");
        if (authorization == null || !authorization.startsWith("Basic ")) {
            return request.getParameter("client_id");
        }
        byte[] credentials = Base64.getDecoder().decode(authorization.substring("Basic ".length()));
        return new String(credentials, StandardCharsets.UTF_8).split(":", 2)[0];
    }

    private static String newNonce() {
        return UUID.randomUUID().toString().replace("-", "");
    }

    private static final class Refused extends Exception {

        private static final long serialVersionUID = 1L;
        private final int status;
        private final String error;

        Refused(int status, String error) {
            super(error);
            this.status = status;
            this.error = error;
        }

        void answer(HttpServletResponse response) throws IOException {
            response.setStatus(status);
            if (status == 401) {
                response.setHeader("WWW-Authenticate", "DPoP error=\"" + error + "\", algs=\"RS256 ES256\"");
                return;
            }
            response.setContentType("application/json");
            response.getWriter().write("{\"error\":\"" + error + "\",\"error_description\":\"A DPoP proof.\"}");
        }
    }
}
