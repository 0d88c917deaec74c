package org.mcpproxy.registration;

import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.util.List;
import org.mcpproxy.audit.Trail;
import org.mcpproxy.config.RegistrationSettings;
import org.mcpproxy.config.RegistrationSettings.Access;
import org.mcpproxy.config.Settings;
import org.mcpproxy.oauth.Reason;
import org.mcpproxy.oauth.Rejection;
import org.mcpproxy.oauth.Secret;

/** Who may register clients: everybody, who bears an initial access token (RFC 7591 3), or nobody. */
@Singleton
public class InitialAccess {

    private final RegistrationSettings settings;
    private final BearerGate gate;

    @Inject
    public InitialAccess(Settings settings, BearerGate gate) {
        this.settings = settings.registration();
        this.gate = gate;
    }

    /**
     * @param authorization the {@code Authorization} header, or null
     * @throws Rejection {@code REGISTRATION_CLOSED}, an {@code INITIAL_TOKEN_…} reason, or {@code TOO_MANY_REQUESTS}
     */
    void require(String authorization, Trail trail) {
        if (!settings.offered()) {
            throw Rejection.of(Reason.REGISTRATION_CLOSED);
        }
        if (settings.access() == Access.TOKEN) {
            gate.enter(authorization, trail, Reason.INITIAL_TOKEN_MISSING, this::accepted);
        }
    }

    /** All are compared, whichever it is. */
    private Secret accepted(Secret token) {
        List<Secret> equal =
                settings.initialTokens().stream().filter(token::equals).toList();
        if (equal.isEmpty()) {
            throw Rejection.of(Reason.INITIAL_TOKEN_WRONG);
        }
        return token;
    }
}
