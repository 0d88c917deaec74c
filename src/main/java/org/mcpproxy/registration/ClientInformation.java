package org.mcpproxy.registration;

import com.nimbusds.oauth2.sdk.GrantType;
import com.nimbusds.oauth2.sdk.ResponseType;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.util.List;
import net.minidev.json.JSONObject;
import org.mcpproxy.client.Client;
import org.mcpproxy.config.Settings;
import org.mcpproxy.oauth.Json;

/**
 * The client information response (RFC 7591 3.2.1, RFC 7592 3): everything that is registered, where and by which token the
 * client manages it, and the secret where there is a new one. Of an older one only the hash is known here.
 */
@Singleton
public class ClientInformation {

    private final Settings settings;

    @Inject
    public ClientInformation(Settings settings) {
        this.settings = settings;
    }

    String write(Registered registered) {
        Client client = registered.client();
        JSONObject json = new JSONObject();
        json.put("client_id", client.id());
        json.put("client_id_issued_at", client.registeredAt().getEpochSecond());
        registered.secret().ifPresent(secret -> {
            json.put("client_secret", secret.value());
            json.put("client_secret_expires_at", 0);
        });
        json.put("registration_access_token", registered.token().value());
        json.put("registration_client_uri", settings.registrationEndpoint() + "/" + client.id());
        client.name().ifPresent(name -> json.put("client_name", name));
        json.put("redirect_uris", client.redirectUris());
        json.put(
                "grant_types",
                client.grantTypes().stream().map(GrantType::getValue).sorted().toList());
        json.put(
                "response_types",
                client.mayUse(GrantType.AUTHORIZATION_CODE) ? List.of(ResponseType.CODE.toString()) : List.of());
        json.put("token_endpoint_auth_method", client.authenticationMethod().getValue());
        json.put("scope", client.scope().toString());
        json.put("dpop_bound_access_tokens", client.bindsTokens());
        return Json.write(json);
    }
}
