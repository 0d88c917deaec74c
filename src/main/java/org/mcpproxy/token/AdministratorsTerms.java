package org.mcpproxy.token;

import com.nimbusds.oauth2.sdk.Scope;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.util.List;
import java.util.Optional;
import org.mcpproxy.client.PreregisteredClient;
import org.mcpproxy.config.Backend;
import org.mcpproxy.config.Settings;
import org.mcpproxy.oauth.Parameters;
import org.mcpproxy.oauth.Reason;
import org.mcpproxy.oauth.Rejection;
import org.mcpproxy.oauth.Resources;
import org.mcpproxy.oauth.Scopes;

/** What an administrator gave a client, where no user is there to be asked: MCP servers, and scopes at them. */
@Singleton
public class AdministratorsTerms {

    private final Settings settings;

    @Inject
    public AdministratorsTerms(Settings settings) {
        this.settings = settings;
    }

    /**
     * RFC 8707 2.2. Where none is named it is the only one that the client may ask for, or the default.
     *
     * @throws Rejection {@code RESOURCE_UNKNOWN}, {@code RESOURCE_AMBIGUOUS} or {@code RESOURCE_NOT_FOR_CLIENT}
     */
    String resource(List<String> named, PreregisteredClient client) {
        Optional<Resources> asked = named.isEmpty() && client.resources().size() == 1
                ? client.resources().stream().findFirst().map(Resources::of)
                : settings.resourcesOf(named);
        String resource = asked.orElseThrow(() -> Rejection.of(Reason.RESOURCE_UNKNOWN))
                .single()
                .orElseThrow(() -> Rejection.of(Reason.RESOURCE_AMBIGUOUS));
        if (!client.mayReach(resource)) {
            throw Rejection.of(Reason.RESOURCE_NOT_FOR_CLIENT);
        }
        return resource;
    }

    /** Of what the administrator gave it, what this MCP server knows. */
    Scope scope(PreregisteredClient client, String resource) {
        Scope given = Scopes.baseline();
        given.addAll(settings.policyScopes(backend(resource)));
        given.retainAll(client.client().scope());
        return given;
    }

    Backend backend(String resource) {
        return settings.backendOf(resource).orElseThrow();
    }

    /**
     * All of it where the request asks for nothing.
     *
     * @throws Rejection {@code SCOPE_UNKNOWN} where it asks for more, or nothing can be had
     */
    static Scope asked(Parameters parameters, Scope given) {
        Scope asked = parameters.find("scope").map(Scope::parse).orElse(given);
        if (asked.isEmpty() || !given.containsAll(asked)) {
            throw Rejection.of(Reason.SCOPE_UNKNOWN);
        }
        return asked;
    }
}
