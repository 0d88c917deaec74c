package org.mcpproxy.upstream;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.Optional;
import org.mcpproxy.config.OktaSettings;
import org.mcpproxy.oauth.Reason;
import org.mcpproxy.oauth.Rejection;

/** Whether Okta's tokens are to be bound to keys of ours (RFC 9449), as {@code OKTA_DPOP} says, and can be. */
final class TokenBinding {

    private static final Logger LOG = System.getLogger(TokenBinding.class.getName());

    private TokenBinding() {}

    /**
     * To be asked before anything is begun or used up for tokens that would be refused in the end.
     *
     * @throws Rejection {@code OKTA_REFUSED_PROXY} where the issuer's metadata do not offer it (5.1)
     */
    static void requireOffered(OktaSettings okta, ProviderMetadata provider) {
        if (okta.boundTokens() && !provider.takesProofs()) {
            LOG.log(
                    Level.WARNING,
                    "OKTA_DPOP=on needs an Okta whose metadata name {0} in dpop_signing_alg_values_supported: switch it off,"
                            + " or see that they do",
                    PossessionKey.ALGORITHM);
            throw Rejection.of(Reason.OKTA_REFUSED_PROXY);
        }
    }

    /**
     * What the tokens of a grant are bound to that has no key yet; empty where they are bearer tokens.
     *
     * @throws Rejection as {@link #requireOffered}
     */
    static Optional<PossessionKey> newKey(OktaSettings okta, ProviderMetadata provider) {
        requireOffered(okta, provider);
        return okta.boundTokens() ? Optional.of(PossessionKey.generate()) : Optional.empty();
    }
}
