package org.mcpproxy.client;

import com.nimbusds.oauth2.sdk.GrantType;
import com.nimbusds.oauth2.sdk.Scope;
import java.util.Set;
import org.mcpproxy.oauth.Capabilities;

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

    /** Whether it may, as it stands in the file now, act for a user where this is what the token is for. */
    public boolean mayActForUser(String resource, Scope scope) {
        return mayActForUsers() && mayReach(resource) && client.scope().containsAll(scope);
    }

    /** Whether it may exchange users' tokens (RFC 8693); a public client may not. */
    public boolean mayActForUsers() {
        return client.mayUse(GrantType.TOKEN_EXCHANGE) && !client.isPublic();
    }

    /**
     * Whether it may bring Okta's word for a user (draft-ietf-oauth-identity-assertion-authz-grant 8.1); a public client may
     * not.
     */
    public boolean mayBringAssertions() {
        return client.mayUse(Capabilities.ASSERTED_GRANT_TYPE) && !client.isPublic();
    }

    /** Whether it may exchange this token at all: one that it was given itself, or that is for an MCP server which it is. */
    public boolean mayExchange(String clientId, String resource) {
        return client.id().equals(clientId) || introspects.contains(resource);
    }

    /** Whether it may have tokens of which it is the subject itself (RFC 6749 4.4); a public client may not. */
    public boolean mayActForItself() {
        return client.mayUse(GrantType.CLIENT_CREDENTIALS) && !client.isPublic();
    }
}
