package org.mcpproxy.authorization;

import com.nimbusds.oauth2.sdk.AuthorizationCode;
import com.nimbusds.oauth2.sdk.AuthorizationErrorResponse;
import com.nimbusds.oauth2.sdk.AuthorizationSuccessResponse;
import com.nimbusds.oauth2.sdk.ErrorObject;
import com.nimbusds.oauth2.sdk.ResponseMode;
import com.nimbusds.oauth2.sdk.id.Issuer;
import com.nimbusds.oauth2.sdk.id.State;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.net.URI;
import java.util.Optional;
import org.mcpproxy.config.Settings;
import org.mcpproxy.oauth.Reason;
import org.mcpproxy.oauth.Secret;

/** What goes back to the client by way of the browser, always with {@code iss} (RFC 9207 2). */
@Singleton
public class AuthorizationAnswer {

    private final Issuer issuer;

    @Inject
    public AuthorizationAnswer(Settings settings) {
        this.issuer = new Issuer(settings.issuer());
    }

    /** OAuth 2.1 4.1.2. */
    public URI success(ClientRequest request, Secret code) {
        return new AuthorizationSuccessResponse(
                        URI.create(request.redirectUri()),
                        new AuthorizationCode(code.value()),
                        null,
                        state(request.state()),
                        issuer,
                        ResponseMode.QUERY)
                .toURI();
    }

    /** OAuth 2.1 4.1.2.1. */
    public URI error(String redirectUri, Optional<String> state, Reason reason) {
        ErrorObject error = new ErrorObject(reason.error().getCode(), reason.sentence());
        return new AuthorizationErrorResponse(URI.create(redirectUri), error, state(state), issuer, ResponseMode.QUERY)
                .toURI();
    }

    private static State state(Optional<String> state) {
        return state.map(State::new).orElse(null);
    }
}
