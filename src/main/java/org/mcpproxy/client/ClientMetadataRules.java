package org.mcpproxy.client;

import com.nimbusds.oauth2.sdk.GrantType;
import com.nimbusds.oauth2.sdk.ParseException;
import com.nimbusds.oauth2.sdk.ResponseType;
import com.nimbusds.oauth2.sdk.Scope;
import com.nimbusds.oauth2.sdk.client.ClientMetadata;
import com.nimbusds.oauth2.sdk.client.RegistrationError;
import com.nimbusds.oauth2.sdk.util.JSONObjectUtils;
import java.net.URI;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import net.minidev.json.JSONObject;
import org.mcpproxy.config.Settings;
import org.mcpproxy.oauth.Capabilities;
import org.mcpproxy.oauth.Reason;
import org.mcpproxy.oauth.Rejection;
import org.mcpproxy.oauth.Scopes;

/** What is taken of a client's metadata (RFC 7591 2), whether it registers them or publishes them in a document. */
public final class ClientMetadataRules {

    /** What is understood. All else is to be ignored (RFC 7591 2), however it is written. */
    private static final Set<String> UNDERSTOOD = Set.of(
            "client_name",
            "dpop_bound_access_tokens",
            "grant_types",
            "jwks",
            "jwks_uri",
            "redirect_uris",
            "require_pushed_authorization_requests",
            "response_types",
            "scope",
            "token_endpoint_auth_method");

    private static final int MAX_REDIRECT_URIS = 16;

    /** In characters, of all of them together: each client is kept. They are ASCII, as is checked next. */
    private static final int MAX_REDIRECT_URIS_LENGTH = 4096;

    private static final int MAX_NAME_LENGTH = 200;

    private final RedirectUris redirectUris;
    private final Scope offered;

    public ClientMetadataRules(Settings settings) {
        this.redirectUris = new RedirectUris(settings.redirectSchemes());
        this.offered = settings.offeredScopes();
    }

    /**
     * @param json metadata as RFC 7591 2 writes them
     * @throws Rejection {@code REDIRECT_URI_UNACCEPTABLE}, {@code CLIENT_METADATA_INVALID} or
     *     {@code PUSHED_REQUESTS_ALONE_UNSUPPORTED}
     */
    public static ClientMetadata parse(String json) {
        try {
            JSONObject written = JSONObjectUtils.parse(json);
            written.keySet().retainAll(UNDERSTOOD);
            requireUris(written.get("redirect_uris"));
            ClientMetadata metadata = ClientMetadata.parse(written);
            // a client that relies on it must not be left to believe that it holds (RFC 9126 6)
            require(!metadata.requiresPushedAuthorizationRequests(), Reason.PUSHED_REQUESTS_ALONE_UNSUPPORTED);
            return metadata;
        } catch (ParseException e) {
            throw Rejection.of(
                    RegistrationError.INVALID_REDIRECT_URI.equals(e.getErrorObject())
                            ? Reason.REDIRECT_URI_UNACCEPTABLE
                            : Reason.CLIENT_METADATA_INVALID);
        } catch (IllegalArgumentException | NullPointerException e) {
            // what the parser lets through to its own constructors, such as a null among the redirect URIs
            throw Rejection.of(Reason.CLIENT_METADATA_INVALID);
        }
    }

    private static void requireUris(Object written) {
        boolean all = !(written instanceof List<?> uris)
                || uris.stream()
                        .filter(String.class::isInstance)
                        .map(String.class::cast)
                        .allMatch(uri -> RedirectUris.parse(uri).isPresent());
        require(all, Reason.REDIRECT_URI_UNACCEPTABLE);
    }

    /** @throws Rejection {@code CLIENT_NAME_TOO_LONG} */
    public Optional<String> name(ClientMetadata metadata) {
        Optional<String> name = Optional.ofNullable(metadata.getName()).filter(given -> !given.isBlank());
        name.ifPresent(given -> require(given.length() <= MAX_NAME_LENGTH, Reason.CLIENT_NAME_TOO_LONG));
        return name;
    }

    /**
     * Of a client that is never redirected to, none (RFC 7591 2): what it names is left out, so that nothing is answered there.
     *
     * @throws Rejection {@code REDIRECT_URI…}
     */
    public List<String> redirectUris(ClientMetadata metadata) {
        if (!grantTypes(metadata).contains(GrantType.AUTHORIZATION_CODE)) {
            return List.of();
        }
        List<String> uris = Optional.ofNullable(metadata.getRedirectionURIs()).orElse(Set.of()).stream()
                .map(URI::toString)
                .toList();
        require(!uris.isEmpty(), Reason.REDIRECT_URI_UNACCEPTABLE);
        int length = uris.stream().mapToInt(String::length).sum();
        require(uris.size() <= MAX_REDIRECT_URIS && length <= MAX_REDIRECT_URIS_LENGTH, Reason.REDIRECT_URIS_TOO_LONG);
        require(uris.stream().allMatch(redirectUris::acceptable), Reason.REDIRECT_URI_UNACCEPTABLE);
        return uris;
    }

    /** Absent means {@code authorization_code} alone (RFC 7591 2), which alone goes with a response type (2.1). */
    public Set<GrantType> grantTypes(ClientMetadata metadata) {
        Set<ResponseType> responseTypes =
                Optional.ofNullable(metadata.getResponseTypes()).orElse(Set.of(ResponseType.CODE));
        Set<GrantType> asked =
                Optional.ofNullable(metadata.getGrantTypes()).orElse(Set.of(GrantType.AUTHORIZATION_CODE));
        Set<GrantType> offered =
                asked.stream().filter(Capabilities.GRANT_TYPES::contains).collect(Collectors.toUnmodifiableSet());
        require(
                Capabilities.INTERACTIVE_GRANT_TYPES.stream().anyMatch(offered::contains),
                Reason.CLIENT_METADATA_INVALID);
        require(
                !offered.contains(GrantType.AUTHORIZATION_CODE) || responseTypes.contains(ResponseType.CODE),
                Reason.CLIENT_METADATA_INVALID);
        return offered;
    }

    /**
     * What it asks for of what is offered; the baseline too where nothing of that is a resource's, as many MCP clients always
     * name {@code openid profile email offline_access} and mean the MCP server.
     */
    public Scope scope(ClientMetadata metadata) {
        Scope scope = new Scope();
        Optional.ofNullable(metadata.getScope()).stream()
                .flatMap(Scope::stream)
                .filter(offered::contains)
                .forEach(scope::add);
        if (Scopes.ofServer().containsAll(scope)) {
            scope.addAll(Scopes.baseline());
        }
        return scope;
    }

    private static void require(boolean holds, Reason otherwise) {
        if (!holds) {
            throw Rejection.of(otherwise);
        }
    }
}
