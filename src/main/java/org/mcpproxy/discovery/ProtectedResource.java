package org.mcpproxy.discovery;

import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.oauth2.sdk.Scope;
import java.net.URI;
import java.util.List;
import net.minidev.json.JSONObject;
import org.mcpproxy.oauth.Capabilities;
import org.mcpproxy.oauth.Json;
import org.mcpproxy.oauth.Scopes;

/**
 * What a protected resource says of itself (RFC 9728 2). {@code offline_access} is no scope of a resource, and is not
 * here.
 *
 * @param resource the URL that the client connects to, and the audience of its tokens
 * @param authorizationServer the issuer whose tokens it takes
 * @param proofs what proofs of possession may be signed with; empty where it takes bearer tokens alone
 */
public record ProtectedResource(
        URI resource, String authorizationServer, String name, List<String> scopes, List<JWSAlgorithm> proofs) {

    /**
     * A resource that takes our own tokens.
     *
     * @param backend its name, which may be empty
     * @param policy the scopes of its policy
     */
    public static ProtectedResource ours(URI resource, String issuer, String backend, Scope policy) {
        Scope scopes = Scopes.baseline();
        scopes.addAll(policy);
        return new ProtectedResource(
                resource,
                issuer,
                backend.isEmpty() ? "MCP server" : "MCP server " + backend,
                scopes.toStringList(),
                Capabilities.PROOF_ALGORITHMS);
    }

    /**
     * The resource that takes Okta's tokens. It needs no scope to be called, and so names none but those of its policy,
     * which are Okta's to grant.
     */
    public static ProtectedResource okta(URI resource, URI issuer, Scope policy) {
        return new ProtectedResource(
                resource, issuer.toString(), "MCP server (tokens of Okta)", policy.toStringList(), List.of());
    }

    public String metadata() {
        JSONObject json = new JSONObject();
        json.put("resource", resource.toString());
        json.put("authorization_servers", List.of(authorizationServer));
        json.put("bearer_methods_supported", List.of("header"));
        json.put("resource_name", name);
        if (!scopes.isEmpty()) {
            json.put("scopes_supported", scopes);
        }
        if (!proofs.isEmpty()) {
            json.put(
                    "dpop_signing_alg_values_supported",
                    proofs.stream().map(JWSAlgorithm::getName).toList());
        }
        return Json.write(json);
    }
}
