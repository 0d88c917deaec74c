package org.mcpproxy.system;

import com.nimbusds.oauth2.sdk.pkce.CodeChallenge;
import com.nimbusds.oauth2.sdk.pkce.CodeChallengeMethod;
import com.nimbusds.oauth2.sdk.pkce.CodeVerifier;
import com.nimbusds.oauth2.sdk.util.URLUtils;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import net.minidev.json.JSONObject;

/**
 * An OAuth and MCP client of the plainest kind. Every parameter can be changed or left out, to try what a client or an
 * attacker might send.
 */
public final class OAuthClient {

    private static final HttpClient HTTP = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(5))
            .build();

    private final URI resource;
    private final Address proxy;
    private final JSONObject registration;
    private final URI redirectUri;
    private final CodeVerifier verifier;
    private final String state;

    private OAuthClient(
            URI resource,
            Address proxy,
            JSONObject registration,
            URI redirectUri,
            CodeVerifier verifier,
            String state) {
        this.resource = resource;
        this.proxy = proxy;
        this.registration = registration;
        this.redirectUri = redirectUri;
        this.verifier = verifier;
        this.state = state;
    }

    /** A public client on a loopback address, as desktop programs are. */
    public static OAuthClient publicClient(Address proxy) {
        return register(proxy, "none", "http://127.0.0.1:8123/callback");
    }

    /** A client with a redirect URI and authentication method of its own. */
    public static OAuthClient register(Address proxy, String method, String redirectUri) {
        JSONObject metadata = new JSONObject();
        metadata.put("client_name", "A plain client");
        metadata.put("redirect_uris", List.of(redirectUri));
        metadata.put("grant_types", List.of("authorization_code", "refresh_token"));
        metadata.put("token_endpoint_auth_method", method);
        return registered(proxy, metadata, redirectUri);
    }

    /** A public client that may ask who its user is, too. */
    public static OAuthClient relyingParty(Address proxy) {
        String redirectUri = "http://127.0.0.1:8123/callback";
        JSONObject metadata = new JSONObject();
        metadata.put("client_name", "A relying party");
        metadata.put("redirect_uris", List.of(redirectUri));
        metadata.put("grant_types", List.of("authorization_code", "refresh_token"));
        metadata.put("token_endpoint_auth_method", "none");
        metadata.put("scope", "mcp offline_access openid profile email");
        return registered(proxy, metadata, redirectUri);
    }

    /** A client with metadata of its own. */
    public static OAuthClient registered(Address proxy, JSONObject metadata, String redirectUri) {
        Answer answer = register(proxy, metadata);
        if (answer.status() != 201) {
            throw new AssertionError("Registration failed: " + answer.status() + " " + answer.text());
        }
        return of(proxy, answer.json(), redirectUri);
    }

    /** A public client that is registered already. */
    public static OAuthClient known(Address proxy, String id, String redirectUri) {
        return of(proxy, new JSONObject(Map.of("client_id", id)), redirectUri);
    }

    /** A client that is registered already, and has this secret. */
    public static OAuthClient known(Address proxy, String id, String secret, String redirectUri) {
        return of(proxy, new JSONObject(Map.of("client_id", id, "client_secret", secret)), redirectUri);
    }

    private static OAuthClient of(Address proxy, JSONObject registration, String redirectUri) {
        return new OAuthClient(
                proxy.mcp(),
                proxy,
                registration,
                URI.create(redirectUri),
                new CodeVerifier(),
                UUID.randomUUID().toString());
    }

    /** The same client, which asks another address for the same resource: one node of several. */
    public OAuthClient at(Address other) {
        return new OAuthClient(resource, other, registration, redirectUri, verifier, state);
    }

    /** The same client, which asks for another resource, and calls that. */
    public OAuthClient to(String path) {
        return new OAuthClient(proxy.at(path), proxy, registration, redirectUri, verifier, state);
    }

    public static Answer register(Address proxy, JSONObject metadata) {
        return send(HttpRequest.newBuilder(proxy.at("/oauth2/v1/clients"))
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(metadata.toJSONString())));
    }

    public String id() {
        return registration.get("client_id").toString();
    }

    public String secret() {
        return registration.get("client_secret").toString();
    }

    /** The first one; each use answers with another. */
    public String registrationToken() {
        return registration.get("registration_access_token").toString();
    }

    /** Where the client manages its registration (RFC 7592). */
    public URI registrationUri() {
        return proxy.at(URI.create(registration.get("registration_client_uri").toString())
                .getPath());
    }

    public Answer readRegistration(String token) {
        return send(HttpRequest.newBuilder(registrationUri()).header("Authorization", "Bearer " + token));
    }

    /** With the {@code client_id} that an update must hold. */
    public Answer updateRegistration(String token, JSONObject metadata) {
        JSONObject update = new JSONObject(metadata);
        update.putIfAbsent("client_id", id());
        return send(HttpRequest.newBuilder(registrationUri())
                .header("Authorization", "Bearer " + token)
                .header("Content-Type", "application/json")
                .PUT(HttpRequest.BodyPublishers.ofString(update.toJSONString())));
    }

    public Answer deleteRegistration(String token) {
        return send(HttpRequest.newBuilder(registrationUri())
                .header("Authorization", "Bearer " + token)
                .DELETE());
    }

    public URI redirectUri() {
        return redirectUri;
    }

    public String verifier() {
        return verifier.getValue();
    }

    public String state() {
        return state;
    }

    /** The parameters of a good authorization request, to be changed. */
    public Map<String, String> authorizationParameters() {
        Map<String, String> parameters = new LinkedHashMap<>();
        parameters.put("response_type", "code");
        parameters.put("client_id", id());
        parameters.put("redirect_uri", redirectUri.toString());
        parameters.put("state", state);
        parameters.put("scope", "mcp offline_access");
        parameters.put("resource", resource.toString());
        parameters.put(
                "code_challenge",
                CodeChallenge.compute(CodeChallengeMethod.S256, verifier).getValue());
        parameters.put("code_challenge_method", "S256");
        return parameters;
    }

    public URI authorizationUri(Map<String, String> parameters) {
        return URI.create(proxy.at("/oauth2/v1/authorize") + "?" + encode(parameters));
    }

    public URI authorizationUri() {
        return authorizationUri(authorizationParameters());
    }

    /** Signs a user on, in a new browser, and answers with the code. */
    public String code(String user) {
        return parameter(new Browser().signOn(authorizationUri(), user, redirectUri), "code");
    }

    /** Signs a user on and redeems the code. */
    public Answer signOn(String user) {
        return redeem(code(user));
    }

    /** The parameters of a good code redemption, to be changed. */
    public Map<String, String> redemptionParameters(String code) {
        Map<String, String> parameters = new LinkedHashMap<>();
        parameters.put("grant_type", "authorization_code");
        parameters.put("code", code);
        parameters.put("redirect_uri", redirectUri.toString());
        parameters.put("client_id", id());
        parameters.put("code_verifier", verifier.getValue());
        return parameters;
    }

    public Answer redeem(String code) {
        return token(redemptionParameters(code));
    }

    public Map<String, String> refreshParameters(String refreshToken) {
        Map<String, String> parameters = new LinkedHashMap<>();
        parameters.put("grant_type", "refresh_token");
        parameters.put("refresh_token", refreshToken);
        parameters.put("client_id", id());
        return parameters;
    }

    public Answer refresh(String refreshToken) {
        return token(refreshParameters(refreshToken));
    }

    public Answer token(Map<String, String> parameters) {
        return post("/oauth2/v1/token", parameters);
    }

    public Answer token(Map<String, String> parameters, String secret) {
        return post("/oauth2/v1/token", parameters, basic(secret));
    }

    /** Sends the same token request many times at the same moment, each on a connection of its own. */
    public List<Answer> tokenAtOnce(int times, Map<String, String> parameters) {
        HttpRequest request = alone(form("/oauth2/v1/token", parameters));
        return Stream.generate(
                        () -> HTTP.sendAsync(request, HttpResponse.BodyHandlers.ofString(StandardCharsets.UTF_8)))
                .limit(times)
                .toList()
                .stream()
                .map(answer -> new Answer(answer.join()))
                .toList();
    }

    public Answer revoke(String token) {
        return post("/oauth2/v1/revoke", Map.of("token", token, "client_id", id()));
    }

    public Answer post(String path, Map<String, String> parameters) {
        return send(form(path, parameters));
    }

    public Answer post(String path, Map<String, String> parameters, String authorization) {
        return send(form(path, parameters).header("Authorization", authorization));
    }

    public String basic(String secret) {
        String credentials = URLEncoder.encode(id(), StandardCharsets.UTF_8) + ":"
                + URLEncoder.encode(secret, StandardCharsets.UTF_8);
        return "Basic " + Base64.getEncoder().encodeToString(credentials.getBytes(StandardCharsets.UTF_8));
    }

    /** Calls the MCP server with an access token; a {@code ping} of the older era. */
    public Answer ping(String accessToken) {
        return ping(proxy.mcp(), accessToken);
    }

    /** Calls any MCP endpoint. */
    public static Answer ping(URI endpoint, String accessToken) {
        return send(message(endpoint, accessToken, "ping"));
    }

    /** Opens a session of the older era, whose id is in the answer's {@code Mcp-Session-Id}. */
    public Answer initialize(String accessToken) {
        return send(message(proxy.mcp(), accessToken, "initialize"));
    }

    /** Calls the MCP server within a session of the older era. */
    public Answer ping(String accessToken, String session) {
        return send(message(proxy.mcp(), accessToken, "ping").header("Mcp-Session-Id", session));
    }

    /** Ends a session of the older era. */
    public Answer endSession(String accessToken, String session) {
        return send(HttpRequest.newBuilder(proxy.mcp())
                .header("Authorization", "Bearer " + accessToken)
                .header("Mcp-Session-Id", session)
                .DELETE());
    }

    /** Calls a tool of the MCP server with this argument. */
    public Answer callTool(String accessToken, String argument) {
        String parameters = "{\"name\":\"tool\",\"arguments\":{\"it\":\"" + argument + "\"}}";
        return send(message(proxy.mcp(), accessToken, "tools/call", parameters));
    }

    private static HttpRequest.Builder message(URI endpoint, String accessToken, String method) {
        return message(endpoint, accessToken, method, "{}");
    }

    private static HttpRequest.Builder message(URI endpoint, String accessToken, String method, String parameters) {
        return HttpRequest.newBuilder(endpoint)
                .header("Authorization", "Bearer " + accessToken)
                .header("Content-Type", "application/json")
                .header("Accept", "application/json, text/event-stream")
                .POST(HttpRequest.BodyPublishers.ofString(
                        "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"" + method + "\",\"params\":" + parameters + "}"));
    }

    /** Any request, with the timeout that all have. */
    public static Answer send(HttpRequest.Builder request) {
        try {
            return new Answer(HTTP.send(alone(request), HttpResponse.BodyHandlers.ofString(StandardCharsets.UTF_8)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private static HttpRequest alone(HttpRequest.Builder request) {
        return OneRequest.perConnection(request).timeout(Duration.ofSeconds(30)).build();
    }

    /** A parameter of an address's query; empty where there is none. */
    public static String parameter(URI uri, String name) {
        List<String> values = URLUtils.parseParameters(uri.getRawQuery()).get(name);
        return values == null ? "" : values.get(0);
    }

    private HttpRequest.Builder form(String path, Map<String, String> parameters) {
        return HttpRequest.newBuilder(proxy.at(path))
                .header("Content-Type", "application/x-www-form-urlencoded")
                .POST(HttpRequest.BodyPublishers.ofString(encode(parameters)));
    }

    private static String encode(Map<String, String> parameters) {
        return parameters.entrySet().stream()
                .map(parameter ->
                        parameter.getKey() + "=" + URLEncoder.encode(parameter.getValue(), StandardCharsets.UTF_8))
                .collect(Collectors.joining("&"));
    }
}
