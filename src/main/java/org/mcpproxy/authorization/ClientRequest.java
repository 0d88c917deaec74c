package org.mcpproxy.authorization;

import com.nimbusds.oauth2.sdk.GrantType;
import com.nimbusds.oauth2.sdk.Scope;
import java.util.Optional;
import org.mcpproxy.oauth.Resources;
import org.mcpproxy.upstream.SignOnDemands;

/**
 * An authorization request that was found good (OAuth 2.1 4.1.1), or what a device asks for (RFC 8628 3.1).
 *
 * @param redirectUri as requested: its port may differ from the registered one's. {@link #NOWHERE} for a device
 * @param state the client's own, given back to it
 * @param codeChallenge S256; empty for a device, which has its device code instead
 * @param demands how the person is to sign on
 * @param identity what the client wants to know of them
 * @param keyThumbprint of the key that the code is to be bound to, if any ({@code dpop_jkt}, RFC 9449 10)
 * @param deviceCodeHash whose answer it is, where a device fetches it itself
 */
public record ClientRequest(
        String clientId,
        String redirectUri,
        Optional<String> state,
        String codeChallenge,
        Scope scope,
        Resources resources,
        SignOnDemands demands,
        AskedIdentity identity,
        Optional<String> keyThumbprint,
        Optional<String> deviceCodeHash) {

    /** Stands for the redirect URI of a device. No client can register it, and no consent is remembered for it. */
    static final String NOWHERE = GrantType.DEVICE_CODE.getValue();

    /** Whose answer is redirected. */
    public ClientRequest(
            String clientId,
            String redirectUri,
            Optional<String> state,
            String codeChallenge,
            Scope scope,
            Resources resources,
            SignOnDemands demands,
            AskedIdentity identity,
            Optional<String> keyThumbprint) {
        this(
                clientId,
                redirectUri,
                state,
                codeChallenge,
                scope,
                resources,
                demands,
                identity,
                keyThumbprint,
                Optional.empty());
    }

    /** One that leaves it to Okta how the person signs on, and who. */
    public ClientRequest(
            String clientId,
            String redirectUri,
            Optional<String> state,
            String codeChallenge,
            Scope scope,
            Resources resources) {
        this(
                clientId,
                redirectUri,
                state,
                codeChallenge,
                scope,
                resources,
                SignOnDemands.NONE,
                AskedIdentity.NONE,
                Optional.empty());
    }

    static ClientRequest ofDevice(
            String clientId, Scope scope, Resources resources, SignOnDemands demands, String deviceCodeHash) {
        return new ClientRequest(
                clientId,
                NOWHERE,
                Optional.empty(),
                "",
                scope,
                resources,
                demands,
                AskedIdentity.NONE,
                Optional.empty(),
                Optional.of(deviceCodeHash));
    }

    /** Whether a device fetches the answer itself, and none is redirected. */
    public boolean isOfDevice() {
        return deviceCodeHash.isPresent();
    }
}
