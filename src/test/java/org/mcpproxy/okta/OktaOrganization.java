package org.mcpproxy.okta;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.crypto.RSASSAVerifier;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKMatcher;
import com.nimbusds.jose.jwk.JWKSelector;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.util.JSONObjectUtils;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import com.nimbusds.oauth2.sdk.ParseException;
import com.nimbusds.oauth2.sdk.auth.ClientSecretBasic;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.catalina.connector.Request;
import org.apache.catalina.connector.Response;
import org.mcpproxy.okta.OktaApplications.Application;

/**
 * The org authorization server's part of Cross App Access: for the ID token of a person it gives an ID-JAG, to an application
 * that the administrator has connected, for a server of others (draft-ietf-oauth-identity-assertion-authz-grant-03 4.3).
 * Where people sign on at the custom server, the org's document and keys are answered here too.
 */
final class OktaOrganization {

    static final JOSEObjectType ID_JAG = new JOSEObjectType("oauth-id-jag+jwt");

    private static final String TOKEN_TYPE = "urn:ietf:params:oauth:token-type:";
    private static final long LIFETIME_SECONDS = 300;

    private final String issuer;
    private final OktaOptions options;
    private final OktaTenantKeys keys;
    private final OktaApplications applications;
    private final Map<String, String> connections = new ConcurrentHashMap<>();
    private final Set<String> issued = ConcurrentHashMap.newKeySet();

    OktaOrganization(String issuer, OktaOptions options, OktaTenantKeys keys, OktaApplications applications) {
        this.issuer = issuer;
        this.options = options;
        this.keys = keys;
        this.applications = applications;
    }

    /** The agent may have ID-JAGs for this server, where it is known as this client. */
    void connect(String audience, String clientId) {
        connections.put(audience, clientId);
    }

    Set<String> issued() {
        return issued;
    }

    boolean answers(Request request) {
        return path(Endpoint.TOKEN).equals(request.getRequestURI()) && isForIdJag(request)
                || !options.orgServer()
                        && Set.of(path(Endpoint.OPENID_CONFIGURATION), path(Endpoint.KEYS))
                                .contains(request.getRequestURI());
    }

    private static boolean isForIdJag(Request request) {
        return "POST".equals(request.getMethod())
                && (TOKEN_TYPE + "id-jag").equals(request.getParameter("requested_token_type"));
    }

    private static String path(Endpoint endpoint) {
        return endpoint.path(true);
    }

    void answer(Request request, Response response) throws IOException {
        if (path(Endpoint.KEYS).equals(request.getRequestURI())) {
            write(response, 200, published().toString(true));
        } else if (path(Endpoint.OPENID_CONFIGURATION).equals(request.getRequestURI())) {
            write(response, 200, JSONObjectUtils.toJSONString(document()));
        } else {
            exchange(request, response);
        }
    }

    private JWKSet published() {
        return new JWKSet(new ArrayList<JWK>(keys.organization().get(new JWKSelector(any()), null)));
    }

    private static JWKMatcher any() {
        return new JWKMatcher.Builder().build();
    }

    private Map<String, Object> document() {
        return Map.of(
                "issuer",
                issuer,
                "authorization_endpoint",
                issuer + path(Endpoint.AUTHORIZE),
                "token_endpoint",
                issuer + path(Endpoint.TOKEN),
                "jwks_uri",
                issuer + path(Endpoint.KEYS),
                "response_types_supported",
                List.of("code"),
                "subject_types_supported",
                List.of("public"),
                "id_token_signing_alg_values_supported",
                List.of("RS256"));
    }

    private void exchange(Request request, Response response) throws IOException {
        if (!isAgent(request)) {
            refuse(response, 401, "invalid_client");
            return;
        }
        if (!(TOKEN_TYPE + "id_token").equals(request.getParameter("subject_token_type"))
                || !"urn:ietf:params:oauth:grant-type:token-exchange".equals(request.getParameter("grant_type"))
                || request.getParameter("resource") == null) {
            refuse(response, 400, "invalid_request");
            return;
        }
        String clientId = connections.get(
                Optional.ofNullable(request.getParameter("audience")).orElse(""));
        if (clientId == null) {
            refuse(response, 400, "invalid_target");
            return;
        }
        Optional<JWTClaimsSet> person = person(request.getParameter("subject_token"));
        if (person.isEmpty()) {
            refuse(response, 400, "invalid_grant");
            return;
        }
        give(request, response, claims(request, clientId, person.get()));
    }

    private void give(Request request, Response response, Map<String, Object> claims) throws IOException {
        String assertion = OktaKeys.sign(claims, keys.organization().current(), ID_JAG);
        issued.add(assertion);
        Map<String, Object> answer = new LinkedHashMap<>();
        answer.put("issued_token_type", TOKEN_TYPE + "id-jag");
        answer.put("access_token", assertion);
        answer.put("token_type", "N_A");
        answer.put("expires_in", LIFETIME_SECONDS);
        Optional.ofNullable(request.getParameter("scope")).ifPresent(scope -> answer.put("scope", scope));
        write(response, 200, JSONObjectUtils.toJSONString(answer));
    }

    private static Map<String, Object> claims(Request request, String clientId, JWTClaimsSet person) {
        Map<String, Object> claims = sound(
                person.getSubject(), request.getParameter("audience"), clientId, request.getParameter("resource"));
        Optional.ofNullable(request.getParameter("scope")).ifPresent(scope -> claims.put("scope", scope));
        for (String name : List.of("email", "auth_time", "acr", "amr")) {
            Optional.ofNullable(person.getClaim(name)).ifPresent(value -> claims.put(name, value));
        }
        claims.put("iss", person.getIssuer().replaceFirst("/oauth2/[^/]+$", ""));
        return claims;
    }

    /** What every ID-JAG says, but whose it is. */
    static Map<String, Object> sound(String subject, String audience, String clientId, String resource) {
        Instant now = Instant.now();
        Map<String, Object> claims = new LinkedHashMap<>();
        claims.put("jti", "IDJ." + UUID.randomUUID());
        claims.put("sub", subject);
        claims.put("aud", audience);
        claims.put("client_id", clientId);
        claims.put("resource", resource);
        claims.put("iat", now.getEpochSecond());
        claims.put("exp", now.plusSeconds(LIFETIME_SECONDS).getEpochSecond());
        return claims;
    }

    /** By {@code client_secret_basic} or {@code client_secret_post}. */
    private boolean isAgent(Request request) {
        if (request.getHeader("Authorization") == null) {
            return Application.AGENT.clientId().equals(request.getParameter("client_id"))
                    && applications.secret().equals(request.getParameter("client_secret"));
        }
        try {
            ClientSecretBasic basic = ClientSecretBasic.parse(request.getHeader("Authorization"));
            return Application.AGENT.clientId().equals(basic.getClientID().getValue())
                    && applications.secret().equals(basic.getClientSecret().getValue());
        } catch (ParseException e) {
            return false;
        }
    }

    /** Whose ID token for the agent this is; empty where it is none. */
    private Optional<JWTClaimsSet> person(String idToken) {
        try {
            SignedJWT jwt = SignedJWT.parse(idToken);
            JWTClaimsSet claims = jwt.getJWTClaimsSet();
            boolean good = List.of(Application.AGENT.clientId()).equals(claims.getAudience())
                    && claims.getExpirationTime().after(new Date())
                    && keys.published().everUsed().stream().anyMatch(key -> signed(jwt, key))
                    && options.users().stream().anyMatch(user -> user.id().equals(claims.getSubject()));
            return good ? Optional.of(claims) : Optional.empty();
        } catch (java.text.ParseException | NullPointerException e) {
            return Optional.empty();
        }
    }

    private static boolean signed(SignedJWT jwt, com.nimbusds.jose.jwk.RSAKey key) {
        try {
            return jwt.verify(new RSASSAVerifier(key));
        } catch (JOSEException e) {
            return false;
        }
    }

    private static void refuse(Response response, int status, String error) throws IOException {
        write(response, status, JSONObjectUtils.toJSONString(Map.of("error", error)));
    }

    private static void write(Response response, int status, String json) throws IOException {
        response.setStatus(status);
        response.setContentType("application/json");
        response.setHeader("Cache-Control", "no-store");
        response.getWriter().write(json);
    }
}
