package org.mcpproxy.authorization;

import java.util.Optional;
import org.mcpproxy.oauth.Parameters;
import org.mcpproxy.oauth.Reason;
import org.mcpproxy.oauth.Rejection;
import org.mcpproxy.oauth.Secret;
import org.mcpproxy.signing.OpenIdTokens;
import org.mcpproxy.upstream.User;

/**
 * What a client wants to know of who signs on (OpenID Connect Core 3.1.2.1).
 *
 * @param nonce for the ID token
 * @param user the one whom it expects, by Okta's id; empty where it takes anybody
 */
public record AskedIdentity(Optional<String> nonce, Optional<String> user) {

    /** Of a client that leaves both open. */
    public static final AskedIdentity NONE = new AskedIdentity(Optional.empty(), Optional.empty());

    /** In characters: it is kept until the code is redeemed. */
    private static final int LONGEST_NONCE = 1000;

    /**
     * @param openId whether the client asks for an ID token; a nonce is for that alone
     * @throws Rejection {@code MALFORMED_REQUEST} or {@code ID_TOKEN_HINT_INVALID}
     */
    static AskedIdentity of(Parameters parameters, boolean openId, String clientId, OpenIdTokens tokens) {
        Optional<String> nonce = parameters.find("nonce").filter(sent -> openId);
        if (nonce.filter(sent -> sent.length() > LONGEST_NONCE).isPresent()) {
            throw Rejection.of(Reason.MALFORMED_REQUEST);
        }
        return new AskedIdentity(
                nonce, parameters.find("id_token_hint").map(Secret::new).map(hint -> tokens.subject(hint, clientId)));
    }

    /** Whether this is whom the client expects. */
    boolean isMetBy(User signedOn) {
        return user.map(signedOn.id()::equals).orElse(true);
    }
}
