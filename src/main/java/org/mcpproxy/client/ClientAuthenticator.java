package org.mcpproxy.client;

import com.nimbusds.jwt.SignedJWT;
import com.nimbusds.oauth2.sdk.ParseException;
import com.nimbusds.oauth2.sdk.auth.ClientAuthenticationMethod;
import com.nimbusds.oauth2.sdk.auth.ClientSecretBasic;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.util.Optional;
import org.mcpproxy.oauth.Parameters;
import org.mcpproxy.oauth.Reason;
import org.mcpproxy.oauth.Rejection;
import org.mcpproxy.oauth.Secret;

/**
 * Tells which client sent a token or revocation request, by the one method that the client is registered with (RFC 6749
 * 2.3, OAuth 2.1 2.4).
 */
@Singleton
public class ClientAuthenticator {

    private static final String ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

    private final ClientLookup clients;
    private final ClientAssertions assertions;

    @Inject
    public ClientAuthenticator(ClientLookup clients, ClientAssertions assertions) {
        this.clients = clients;
        this.assertions = assertions;
    }

    /**
     * @param authorization the {@code Authorization} header, or null
     * @throws Rejection with a {@code CLIENT_…} reason
     */
    public Client authenticate(String authorization, Parameters parameters) {
        Claim claim = claim(authorization, parameters);
        Client client = clients.findAgain(claim.clientId());
        if (!claim.method().equals(client.authenticationMethod())) {
            throw Rejection.of(
                    ClientAuthenticationMethod.NONE.equals(claim.method())
                            ? Reason.CLIENT_AUTHENTICATION_MISSING
                            : Reason.CLIENT_AUTHENTICATION_METHOD);
        }
        requireProof(claim, client);
        return client;
    }

    private void requireProof(Claim claim, Client client) {
        if (claim.assertion().isPresent()) {
            assertions.require(client, claim.assertion().get());
        } else if (!client.isPublic() && !secretMatches(claim, client)) {
            throw Rejection.of(Reason.CLIENT_SECRET_WRONG);
        }
    }

    /** Whether something of another host would be fetched for the first time, to know the client that this says it is of. */
    public boolean isNew(String authorization, Parameters parameters) {
        return claimed(authorization, parameters).filter(clients::isNew).isPresent();
    }

    /** The id of the client that the request says it is of; empty where it does not say so in a way that is taken. */
    public Optional<String> claimed(String authorization, Parameters parameters) {
        try {
            return Optional.of(claim(authorization, parameters).clientId());
        } catch (Rejection unclear) {
            return Optional.empty();
        }
    }

    private static Claim claim(String authorization, Parameters parameters) {
        if (parameters.find("client_assertion").isPresent()) {
            return fromAssertion(authorization, parameters);
        }
        return authorization == null ? fromBody(parameters) : fromHeader(authorization, parameters);
    }

    private static boolean secretMatches(Claim claim, Client client) {
        return claim.secret().isPresent()
                && client.secretHash().isPresent()
                && claim.secret().get().hashesTo(client.secretHash().get());
    }

    /** RFC 7523 2.2 and 3. The client that the assertion is of needs no second naming, but must not be named otherwise. */
    private static Claim fromAssertion(String authorization, Parameters parameters) {
        boolean alone =
                authorization == null && parameters.find("client_secret").isEmpty();
        if (!alone
                || !ASSERTION_TYPE.equals(
                        parameters.find("client_assertion_type").orElse(""))) {
            throw Rejection.of(Reason.MALFORMED_REQUEST);
        }
        SignedJWT assertion = ClientAssertions.parse(parameters.get("client_assertion", Reason.MALFORMED_REQUEST));
        String clientId = ClientAssertions.subject(assertion);
        if (!clientId.equals(parameters.find("client_id").orElse(clientId))) {
            throw Rejection.of(Reason.CLIENT_ASSERTION_INVALID);
        }
        return new Claim(
                clientId, ClientAuthenticationMethod.PRIVATE_KEY_JWT, Optional.empty(), Optional.of(assertion));
    }

    private static Claim fromBody(Parameters parameters) {
        String clientId = parameters.get("client_id", Reason.CLIENT_MISSING);
        Optional<Secret> secret = parameters.find("client_secret").map(Secret::new);
        return new Claim(
                clientId,
                secret.isPresent() ? ClientAuthenticationMethod.CLIENT_SECRET_POST : ClientAuthenticationMethod.NONE,
                secret,
                Optional.empty());
    }

    /** Two ways at once are refused (RFC 6749 2.3), and so is a body that names another client. */
    private static Claim fromHeader(String authorization, Parameters parameters) {
        if (parameters.find("client_secret").isPresent()) {
            throw Rejection.of(Reason.MALFORMED_REQUEST);
        }
        try {
            ClientSecretBasic basic = ClientSecretBasic.parse(authorization);
            String clientId = basic.getClientID().getValue();
            if (parameters
                    .find("client_id")
                    .filter(other -> !other.equals(clientId))
                    .isPresent()) {
                throw Rejection.of(Reason.MALFORMED_REQUEST);
            }
            return new Claim(
                    clientId,
                    ClientAuthenticationMethod.CLIENT_SECRET_BASIC,
                    Optional.of(new Secret(basic.getClientSecret().getValue())),
                    Optional.empty());
        } catch (ParseException e) {
            throw Rejection.of(Reason.CLIENT_SECRET_WRONG);
        }
    }

    private record Claim(
            String clientId,
            ClientAuthenticationMethod method,
            Optional<Secret> secret,
            Optional<SignedJWT> assertion) {}
}
