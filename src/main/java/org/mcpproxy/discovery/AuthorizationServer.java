package org.mcpproxy.discovery;

import com.nimbusds.oauth2.sdk.as.AuthorizationServerMetadata;
import com.nimbusds.oauth2.sdk.auth.ClientAuthenticationMethod;
import com.nimbusds.oauth2.sdk.id.Issuer;
import com.nimbusds.openid.connect.sdk.claims.ACR;
import com.nimbusds.openid.connect.sdk.op.OIDCProviderMetadata;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.util.List;
import net.minidev.json.JSONObject;
import org.mcpproxy.config.Settings;
import org.mcpproxy.oauth.Capabilities;
import org.mcpproxy.oauth.Json;

/** What this authorization server says of itself, built once from the settings and {@link Capabilities}. */
@Singleton
public class AuthorizationServer {

    private final String metadata;

    @Inject
    public AuthorizationServer(Settings settings) {
        metadata = describe(openId(settings), settings);
    }

    /** RFC 8414 2, and OpenID Connect Discovery 3: one document under two names, as some clients look for the one first. */
    public String metadata() {
        return metadata;
    }

    private static OIDCProviderMetadata openId(Settings settings) {
        OIDCProviderMetadata metadata = new OIDCProviderMetadata(
                new Issuer(settings.issuer()), Capabilities.SUBJECT_TYPES, settings.at("/.well-known/jwks.json"));
        metadata.setIDTokenJWSAlgs(List.of(Capabilities.SIGNING_ALGORITHM));
        metadata.setUserInfoEndpointURI(settings.at("/oauth2/v1/userinfo"));
        metadata.setClaims(Capabilities.CLAIMS);
        List<ACR> classes = settings.policyAcrValues().stream().map(ACR::new).toList();
        metadata.setACRs(classes.isEmpty() ? null : classes);
        return metadata;
    }

    private static String describe(AuthorizationServerMetadata metadata, Settings settings) {
        metadata.setAuthorizationEndpointURI(settings.at("/oauth2/v1/authorize"));
        metadata.setPushedAuthorizationRequestEndpointURI(settings.at("/oauth2/v1/par"));
        metadata.setDeviceAuthorizationEndpointURI(settings.at("/oauth2/v1/device_authorization"));
        metadata.setTokenEndpointURI(settings.at("/oauth2/v1/token"));
        if (settings.registration().offered()) {
            metadata.setRegistrationEndpointURI(settings.registrationEndpoint());
        }
        metadata.setRevocationEndpointURI(settings.at("/oauth2/v1/revoke"));
        metadata.setJWKSetURI(settings.at("/.well-known/jwks.json"));
        metadata.setScopes(settings.offeredScopes());
        metadata.setResponseTypes(Capabilities.RESPONSE_TYPES);
        metadata.setResponseModes(Capabilities.RESPONSE_MODES);
        metadata.setGrantTypes(settings.offeredGrantTypes());
        metadata.setCodeChallengeMethods(Capabilities.CODE_CHALLENGE_METHODS);
        List<ClientAuthenticationMethod> methods = Capabilities.authenticationMethods(settings.takesAssertions());
        metadata.setTokenEndpointAuthMethods(methods);
        metadata.setRevocationEndpointAuthMethods(methods);
        if (settings.takesAssertions()) {
            metadata.setTokenEndpointJWSAlgs(Capabilities.CLIENT_ASSERTION_ALGORITHMS);
            metadata.setRevocationEndpointJWSAlgs(Capabilities.CLIENT_ASSERTION_ALGORITHMS);
        }
        if (settings.clientsFile().isPresent()) {
            metadata.setIntrospectionEndpointURI(settings.at("/oauth2/v1/introspect"));
            metadata.setIntrospectionEndpointAuthMethods(Capabilities.introspectionMethods());
            metadata.setIntrospectionEndpointJWSAlgs(Capabilities.CLIENT_ASSERTION_ALGORITHMS);
        }
        metadata.setDPoPJWSAlgs(Capabilities.PROOF_ALGORITHMS);
        metadata.setSupportsAuthorizationResponseIssuerParam(true);
        metadata.setSupportsRequestURIParam(false);
        JSONObject json = metadata.toJSONObject();
        // the default, which the library leaves out, and not every client knows
        json.put("request_parameter_supported", false);
        json.put("claims_parameter_supported", false);
        if (settings.offeredGrantTypes().contains(Capabilities.ASSERTED_GRANT_TYPE)) {
            json.put("authorization_grant_profiles_supported", Capabilities.GRANT_PROFILES);
        }
        if (settings.clientDocuments().on()) {
            json.put("client_id_metadata_document_supported", true);
        }
        return Json.write(json);
    }
}
