package org.mcpproxy.token;

import com.nimbusds.oauth2.sdk.GrantType;
import com.nimbusds.oauth2.sdk.Scope;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.mcpproxy.audit.AuditEvent.IdentityAssertionRedeemed;
import org.mcpproxy.audit.AuditLog;
import org.mcpproxy.client.PreregisteredClient;
import org.mcpproxy.client.PreregisteredClients;
import org.mcpproxy.grant.Grant;
import org.mcpproxy.grant.Granting;
import org.mcpproxy.oauth.Capabilities;
import org.mcpproxy.oauth.Reason;
import org.mcpproxy.oauth.Rejection;
import org.mcpproxy.oauth.ResourceIndicator;
import org.mcpproxy.oauth.Scopes;
import org.mcpproxy.oauth.Secret;
import org.mcpproxy.upstream.IdentityAssertion;
import org.mcpproxy.upstream.IdentityAssertions;

/**
 * {@code grant_type=urn:ietf:params:oauth:grant-type:jwt-bearer} (RFC 7523 2.1) with an ID-JAG: Okta's word that a client may
 * act for a user at an MCP server, whose user is not asked (draft-ietf-oauth-identity-assertion-authz-grant-03 4.4, MCP
 * Enterprise-Managed Authorization 5). Only a client may that an administrator registered for it.
 */
@Singleton
public class IdentityAssertionExchange implements Exchange {

    private final IdentityAssertions assertions;
    private final PreregisteredClients clients;
    private final AdministratorsTerms terms;
    private final Granting granting;
    private final TokenMint mint;
    private final AuditLog audit;

    @Inject
    public IdentityAssertionExchange(
            IdentityAssertions assertions,
            PreregisteredClients clients,
            AdministratorsTerms terms,
            Granting granting,
            TokenMint mint,
            AuditLog audit) {
        this.assertions = assertions;
        this.clients = clients;
        this.terms = terms;
        this.granting = granting;
        this.mint = mint;
        this.audit = audit;
    }

    @Override
    public GrantType grantType() {
        return Capabilities.ASSERTED_GRANT_TYPE;
    }

    /** Without a refresh token (4.4.3): else Okta could not end what it allowed. */
    @Override
    public TokenAnswer exchange(TokenRequest request) {
        PreregisteredClient client = clients.find(request.client().id())
                .filter(PreregisteredClient::mayBringAssertions)
                .orElseThrow(() -> Rejection.of(Reason.GRANT_TYPE_UNREGISTERED));
        Secret jwt = new Secret(request.parameters().get("assertion", Reason.ID_JAG_MISSING));
        IdentityAssertion assertion = assertions.verify(jwt, client.client().id());
        request.user().accept(assertion.user().id());
        requireKey(assertion, request);
        String resource = resource(assertion, request, client);
        Scope scope = scope(assertion, request, client, resource);
        Grant grant = granting.open(assertion, client.client().id(), scope, resource);
        audit.record(new IdentityAssertionRedeemed(
                request.trail(), grant.user().id(), grant.clientId(), resource, assertion.hash(), grant.id()));
        return mint.mint(grant, request, resource, scope, Optional.empty(), Optional.empty())
                .namingResource();
    }

    /** 8.6.1.2: unlike elsewhere a proof that is missing is {@code invalid_grant}, as one by another key is. */
    private static void requireKey(IdentityAssertion assertion, TokenRequest request) {
        assertion.keyThumbprint().ifPresent(bound -> {
            if (request.keyThumbprint().isEmpty()) {
                throw Rejection.of(Reason.ID_JAG_NEEDS_KEY);
            }
            request.requireKey(bound);
        });
    }

    /** The one that Okta names, or of several the one of them that the request names: a token is for one. */
    private String resource(IdentityAssertion assertion, TokenRequest request, PreregisteredClient client) {
        List<String> asked = request.parameters().all("resource");
        if (!canonical(assertion.resources()).containsAll(canonical(asked))) {
            throw Rejection.of(Reason.RESOURCE_MISMATCH);
        }
        String resource = terms.resource(asked.isEmpty() ? assertion.resources() : asked, client);
        if (terms.backend(resource).needsUser()) {
            throw Rejection.of(Reason.RESOURCE_NEEDS_SESSION);
        }
        return resource;
    }

    private static Set<Optional<String>> canonical(List<String> resources) {
        return resources.stream().map(ResourceIndicator::canonical).collect(Collectors.toSet());
    }

    /**
     * What Okta, the administrator and the MCP server have in common; where Okta names none, no more than the baseline, without
     * which a token opens nothing.
     */
    private Scope scope(
            IdentityAssertion assertion, TokenRequest request, PreregisteredClient client, String resource) {
        Scope given = terms.scope(client, resource);
        given.retainAll(assertion.scope().orElseGet(Scopes::baseline));
        Scope asked = AdministratorsTerms.asked(request.parameters(), given);
        if (!asked.contains(Scopes.MCP)) {
            throw Rejection.of(Reason.SCOPE_UNKNOWN);
        }
        return asked;
    }
}
