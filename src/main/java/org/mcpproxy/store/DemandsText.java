package org.mcpproxy.store;

import com.nimbusds.oauth2.sdk.util.URLUtils;
import org.mcpproxy.upstream.SignOnDemands;

/** How a client wants a person to sign on, as a column holds it: as a form has the parameters. */
final class DemandsText {

    private DemandsText() {}

    static String write(SignOnDemands demands) {
        return URLUtils.serializeParameters(demands.parameters());
    }

    /** @param demands null in a row of an older node */
    static SignOnDemands read(String demands) {
        return SignOnDemands.of(URLUtils.parseParameters(demands));
    }
}
