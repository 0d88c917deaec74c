package org.mcpproxy.client.preregistered;

import com.nimbusds.oauth2.sdk.GrantType;
import com.nimbusds.oauth2.sdk.Scope;
import com.nimbusds.oauth2.sdk.auth.ClientAuthenticationMethod;
import com.nimbusds.oauth2.sdk.client.ClientMetadata;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.mcpproxy.client.Client;
import org.mcpproxy.client.ClientMetadataRules;
import org.mcpproxy.client.PreregisteredClient;
import org.mcpproxy.config.Settings;
import org.mcpproxy.oauth.Capabilities;
import org.mcpproxy.oauth.Json;
import org.mcpproxy.oauth.Rejection;
import org.mcpproxy.oauth.Resources;
import org.mcpproxy.oauth.Scopes;

/**
 * Reads one client: metadata as RFC 7591 2 names them, with {@code client_id} and how it authenticates, and what is ours:
 * {@code resources}, {@code groups} and {@code introspects}. Unlike a client that registers itself, an administrator is
 * told of what cannot be had.
 */
final class ClientEntry {

    private static final Set<String> MEMBERS = Set.of(
            "client_id",
            "client_name",
            "client_secret",
            "client_secret_sha256",
            "jwks",
            "jwks_uri",
            "token_endpoint_auth_method",
            "grant_types",
            "redirect_uris",
            "response_types",
            "scope",
            "dpop_bound_access_tokens",
            "resources",
            "groups",
            "introspects",
            // what people may note, and nothing here goes by
            "client_uri",
            "contacts");

    private static final Pattern ID = Pattern.compile("[A-Za-z0-9._~-]{1,64}");

    /** What this server gives to clients that register themselves, and what Okta gives to its users and applications. */
    private static final Pattern TAKEN = Pattern.compile("[A-Za-z0-9_-]{43}|[A-Za-z0-9]{20}");

    /** In characters, of all groups: they go with what nodes hand to each other. */
    private static final int MOST_OF_GROUPS = 1_000;

    private final Members members;
    private final Settings settings;
    private final ClientMetadataRules rules;
    private final Instant now;

    ClientEntry(Members members, Settings settings, ClientMetadataRules rules, Instant now) {
        this.members = members;
        this.settings = settings;
        this.rules = rules;
        this.now = now;
    }

    /** Empty where anything is wrong. */
    Optional<PreregisteredClient> read() {
        String id = id();
        members.requireKnown(MEMBERS);
        ClientAuthenticationMethod method = method();
        Set<GrantType> grantTypes = grantTypes();
        ClientMetadata metadata = metadata();
        Credentials credentials = new Credentials(members, settings.clientDocuments());
        Client client = new Client(
                id,
                ruled(rules::name, metadata).flatMap(name -> name),
                redirectUris(metadata, grantTypes),
                method,
                credentials.secretHash(method),
                grantTypes,
                scope(),
                now,
                Optional.empty(),
                credentials.keys(method),
                members.flag("dpop_bound_access_tokens"));
        PreregisteredClient read = new PreregisteredClient(
                client,
                ours("resources").orElseGet(this::all),
                groups(),
                ours("introspects").orElse(Set.of()));
        requireSense(read);
        return members.isGood() ? Optional.of(read) : Optional.empty();
    }

    private String id() {
        Optional<String> written = members.text("client_id");
        Optional<String> id = written.filter(
                text -> ID.matcher(text).matches() && !TAKEN.matcher(text).matches());
        members.require(
                id.isPresent() || (written.isEmpty() && members.has("client_id")),
                "client_id must have 1 to 64 letters, digits or . _ ~ -, and must not look like an id that this server or"
                        + " Okta gave.");
        id.ifPresent(members::rename);
        return id.orElse("");
    }

    /** Absent means {@code client_secret_basic} (RFC 7591 2). */
    private ClientAuthenticationMethod method() {
        ClientAuthenticationMethod method = members.text("token_endpoint_auth_method")
                .map(ClientAuthenticationMethod::new)
                .orElse(ClientAuthenticationMethod.CLIENT_SECRET_BASIC);
        List<ClientAuthenticationMethod> known = Capabilities.authenticationMethods(true);
        members.require(known.contains(method), "token_endpoint_auth_method must be one of " + words(known) + ".");
        return method;
    }

    /** Absent means {@code authorization_code} alone (RFC 7591 2). */
    private Set<GrantType> grantTypes() {
        List<String> texts = members.texts("grant_types").orElse(List.of(GrantType.AUTHORIZATION_CODE.getValue()));
        List<GrantType> known = Capabilities.grantTypes(true, settings.okta().crossAppAccess());
        Set<GrantType> types = texts.stream().map(GrantType::new).collect(Collectors.toSet());
        members.require(known.containsAll(types), "grant_types must be some of " + words(known) + ".");
        members.require(
                !types.contains(GrantType.REFRESH_TOKEN)
                        || Capabilities.INTERACTIVE_GRANT_TYPES.stream().anyMatch(types::contains),
                "refresh_token needs a grant type that has one: some of " + words(Capabilities.INTERACTIVE_GRANT_TYPES)
                        + ".");
        members.require(
                members.texts("response_types").orElse(List.of()).stream().allMatch("code"::equals),
                "response_types must be code alone.");
        return types;
    }

    /** What follows the same rules as in a registration. */
    private ClientMetadata metadata() {
        Map<String, Object> json = new HashMap<>();
        members.text("client_name").ifPresent(name -> json.put("client_name", name));
        members.texts("redirect_uris").ifPresent(uris -> json.put("redirect_uris", uris));
        return ruled(ClientMetadataRules::parse, Json.write(json)).orElseGet(ClientMetadata::new);
    }

    private List<String> redirectUris(ClientMetadata metadata, Set<GrantType> grantTypes) {
        if (grantTypes.contains(GrantType.AUTHORIZATION_CODE)) {
            return ruled(rules::redirectUris, metadata).orElse(List.of());
        }
        members.require(!members.has("redirect_uris"), "redirect_uris are for authorization_code alone.");
        return List.of();
    }

    private <T, R> Optional<R> ruled(Function<T, R> rule, T input) {
        try {
            return Optional.of(rule.apply(input));
        } catch (Rejection rejection) {
            members.problem(rejection.reason().sentence());
            return Optional.empty();
        }
    }

    private Scope scope() {
        Scope scope = members.text("scope").map(Scope::parse).orElseGet(Scopes::baseline);
        members.require(
                settings.offeredScopes().containsAll(scope), "scope must be some of " + settings.offeredScopes() + ".");
        return scope;
    }

    /** Resources of ours, by their URL or their path; empty where the member is absent. */
    private Optional<Set<String>> ours(String member) {
        return members.texts(member)
                .map(written -> written.stream()
                        .flatMap(one -> resource(member, one).stream())
                        .collect(Collectors.toSet()));
    }

    private Optional<String> resource(String member, String written) {
        Optional<String> resource = settings.resourcesOf(
                        List.of(written.startsWith("/") ? settings.issuer() + written : written))
                .flatMap(Resources::single);
        members.require(
                resource.isPresent(),
                member + " must name MCP servers of this proxy: some of " + words(settings.mcpResources())
                        + ", or their paths.");
        return resource;
    }

    private Set<String> all() {
        return settings.mcpResources().stream().map(Object::toString).collect(Collectors.toSet());
    }

    private Set<String> groups() {
        List<String> groups = members.texts("groups").orElse(List.of());
        members.require(
                groups.stream().mapToInt(String::length).sum() <= MOST_OF_GROUPS,
                "groups may have " + MOST_OF_GROUPS + " characters together.");
        return Set.copyOf(groups);
    }

    private void requireSense(PreregisteredClient client) {
        if (client.client().mayUse(GrantType.CLIENT_CREDENTIALS)) {
            members.require(!client.client().isPublic(), "client_credentials needs a client that authenticates.");
            members.require(
                    members.has("resources"), "client_credentials needs resources: the MCP servers that it may use.");
        } else {
            members.require(!members.has("groups"), "groups are for client_credentials alone: users have their own.");
        }
        if (client.client().mayUse(GrantType.TOKEN_EXCHANGE)) {
            members.require(!client.client().isPublic(), "token-exchange needs a client that authenticates.");
            members.require(members.has("resources"), "token-exchange needs resources: what it may act for users at.");
        }
        if (client.client().mayUse(Capabilities.ASSERTED_GRANT_TYPE)) {
            members.require(!client.client().isPublic(), "jwt-bearer needs a client that authenticates.");
            members.require(members.has("resources"), "jwt-bearer needs resources: what Okta may let it use.");
        }
        members.require(
                client.introspects().isEmpty() || !client.client().isPublic(),
                "introspects needs a client that authenticates.");
    }

    private static String words(List<?> values) {
        return values.stream().map(Object::toString).collect(Collectors.joining(", "));
    }
}
