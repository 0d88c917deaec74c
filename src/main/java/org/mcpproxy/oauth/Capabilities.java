package org.mcpproxy.oauth;

import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.oauth2.sdk.GrantType;
import com.nimbusds.oauth2.sdk.ResponseMode;
import com.nimbusds.oauth2.sdk.ResponseType;
import com.nimbusds.oauth2.sdk.Scope;
import com.nimbusds.oauth2.sdk.auth.ClientAuthenticationMethod;
import com.nimbusds.oauth2.sdk.pkce.CodeChallengeMethod;
import com.nimbusds.openid.connect.sdk.SubjectType;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * What this authorization server can do. The metadata is written from here and every check asks here, so that what is
 * advertised and what is enforced cannot differ.
 */
public final class Capabilities {

    /** The grant types that any client may register for. */
    public static final List<GrantType> GRANT_TYPES =
            List.of(GrantType.AUTHORIZATION_CODE, GrantType.REFRESH_TOKEN, GrantType.DEVICE_CODE);

    /** Of these, the ones by which a person lets a client in: of the others alone nothing could come. */
    public static final List<GrantType> INTERACTIVE_GRANT_TYPES =
            List.of(GrantType.AUTHORIZATION_CODE, GrantType.DEVICE_CODE);

    public static final List<ResponseType> RESPONSE_TYPES = List.of(ResponseType.CODE);

    public static final List<ResponseMode> RESPONSE_MODES = List.of(ResponseMode.QUERY);

    /** PKCE is required, and {@code plain} is refused (OAuth 2.1 7.5.1). */
    public static final List<CodeChallengeMethod> CODE_CHALLENGE_METHODS = List.of(CodeChallengeMethod.S256);

    /** How a client may authenticate at the token and revocation endpoints. */
    public static final List<ClientAuthenticationMethod> CLIENT_AUTHENTICATION_METHODS = List.of(
            ClientAuthenticationMethod.NONE,
            ClientAuthenticationMethod.CLIENT_SECRET_BASIC,
            ClientAuthenticationMethod.CLIENT_SECRET_POST);

    /** How a client may authenticate that is known by its metadata document: there is no secret to share with one. */
    public static final List<ClientAuthenticationMethod> DOCUMENT_AUTHENTICATION_METHODS =
            List.of(ClientAuthenticationMethod.NONE, ClientAuthenticationMethod.PRIVATE_KEY_JWT);

    /** What a client may sign its assertions with. */
    public static final List<JWSAlgorithm> CLIENT_ASSERTION_ALGORITHMS =
            List.of(JWSAlgorithm.RS256, JWSAlgorithm.PS256, JWSAlgorithm.ES256);

    /** What a client may sign its proofs of possession with (RFC 9449 5.1). */
    public static final List<JWSAlgorithm> PROOF_ALGORITHMS =
            List.of(JWSAlgorithm.ES256, JWSAlgorithm.PS256, JWSAlgorithm.RS256);

    /** RFC 9068 2.1 wants RS256 of every server. */
    public static final JWSAlgorithm SIGNING_ALGORITHM = JWSAlgorithm.RS256;

    /** A user is the same for every client (OpenID Connect Core 8). */
    public static final List<SubjectType> SUBJECT_TYPES = List.of(SubjectType.PUBLIC);

    /** What ID tokens say of a user, and UserInfo. */
    public static final List<String> CLAIMS =
            List.of("iss", "sub", "aud", "exp", "iat", "auth_time", "acr", "nonce", "at_hash", "name", "email");

    /** What an administrator alone may register clients for: to be the subject themselves, and to act for a user further on. */
    public static final List<GrantType> PREREGISTERED_GRANT_TYPES =
            List.of(GrantType.CLIENT_CREDENTIALS, GrantType.TOKEN_EXCHANGE);

    /** What an administrator alone may register clients for, where Okta's word opens grants: to bring that. */
    public static final GrantType ASSERTED_GRANT_TYPE = GrantType.JWT_BEARER;

    /** The kind of assertion that is taken by {@link #ASSERTED_GRANT_TYPE} (draft-ietf-oauth-identity-assertion-authz-grant 7.2). */
    public static final List<String> GRANT_PROFILES = List.of("urn:ietf:params:oauth:grant-profile:id-jag");

    private Capabilities() {}

    /**
     * The grant types that the token endpoint has an exchange for.
     *
     * @param preregistered whether there are clients that an administrator registered
     * @param asserted whether Okta's word opens grants to these
     */
    public static List<GrantType> grantTypes(boolean preregistered, boolean asserted) {
        List<GrantType> types = new ArrayList<>(GRANT_TYPES);
        types.addAll(preregistered ? PREREGISTERED_GRANT_TYPES : List.of());
        types.addAll(preregistered && asserted ? List.of(ASSERTED_GRANT_TYPE) : List.of());
        return List.copyOf(types);
    }

    /**
     * All of {@link #CLIENT_AUTHENTICATION_METHODS}, and assertions where these are taken: of clients that are known by their
     * documents, or that an administrator registered.
     */
    public static List<ClientAuthenticationMethod> authenticationMethods(boolean assertions) {
        return Stream.concat(
                        CLIENT_AUTHENTICATION_METHODS.stream(),
                        assertions ? DOCUMENT_AUTHENTICATION_METHODS.stream() : Stream.empty())
                .distinct()
                .toList();
    }

    /** How a client may authenticate at the introspection endpoint (RFC 7662 2.1): it must. */
    public static List<ClientAuthenticationMethod> introspectionMethods() {
        return authenticationMethods(true).stream()
                .filter(method -> !ClientAuthenticationMethod.NONE.equals(method))
                .toList();
    }

    /** The scopes that a client may ask for. */
    public static Scope scopes() {
        return Scopes.offered();
    }
}
