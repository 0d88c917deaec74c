package org.mcpproxy.client;

import com.nimbusds.oauth2.sdk.GrantType;
import com.nimbusds.oauth2.sdk.Scope;
import java.util.Set;

/**
 * A client that an administrator registered, in {@code CLIENTS_FILE}.
 *
 * @param resources the resources that it may ask for, canonical
 * @param groups what it is in where it acts for itself; the policy goes by them
 * @param introspects the resources that it serves, canonical: it may ask about the tokens for them (RFC 7662)
 */
public record PreregisteredClient(Client client, Set<String> resources, Set<String> groups, Set<String> introspects) {

    public PreregisteredClient {
        resources = Set.copyOf(resources);
        groups = Set.copyOf(groups);
        introspects = Set.copyOf(introspects);
    }

    public boolean mayReach(String resource) {
        return resources.contains(resource);
    }

    /** Whether it may, as it stands in the file now, have a user's token that is for this. */
    public boolean mayHave(String resource, Scope scope) {
        return mayReach(resource) && client.mayAskFor(scope);
    }

    /** Whether it may, as it stands in the file now, have a token for itself that is for this. */
    public boolean mayActForItself(String resource, Scope scope) {
        return mayActForItself() && mayReach(resource) && client.scope().containsAll(scope);
    }

    /** Whether it may have tokens of which it is the subject itself (RFC 6749 4.4); a public client may not. */
    public boolean mayActForItself() {
        return client.mayUse(GrantType.CLIENT_CREDENTIALS) && !client.isPublic();
    }
}
