package org.mcpproxy.okta;

import com.nimbusds.oauth2.sdk.pkce.CodeVerifier;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.CookieManager;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Collectors;

/** A browser with its cookies, and the client behind it: goes to the org as Okta's own clients do. */
public final class OktaBrowser {

    private final OktaTenant okta;
    private final HttpClient http = HttpClient.newBuilder()
            .cookieHandler(new CookieManager())
            .followRedirects(HttpClient.Redirect.NEVER)
            .connectTimeout(Duration.ofSeconds(5))
            .build();

    OktaBrowser(OktaTenant okta) {
        this.okta = okta;
    }

    public HttpResponse<String> get(URI uri) {
        return send(HttpRequest.newBuilder(uri).GET());
    }

    public HttpResponse<String> get(URI uri, String bearer) {
        return send(HttpRequest.newBuilder(uri)
                .header("Authorization", "Bearer " + bearer)
                .GET());
    }

    /** Posts a form without client authentication but what the form holds. */
    public HttpResponse<String> post(URI uri, Map<String, String> form) {
        return send(form(uri, null, null, form));
    }

    /** Posts a form with {@code client_secret_basic}. */
    public HttpResponse<String> post(URI uri, String clientId, String secret, Map<String, String> form) {
        return send(form(uri, clientId, secret, form));
    }

    /** Follows the org's own redirects, and answers with the first that leaves it. */
    public HttpResponse<String> follow(HttpResponse<String> response) {
        HttpResponse<String> at = response;
        while (at.headers().firstValue("Location").isPresent()
                && location(at).getPort() == okta.issuer().getPort()) {
            at = get(location(at));
        }
        return at;
    }

    /** Fills in the sign-in page, and answers with what comes after. */
    public HttpResponse<String> signIn(String username, String password) {
        return follow(post(okta.endpoint(Endpoint.SIGN_IN), Map.of("username", username, "password", password)));
    }

    public static URI location(HttpResponse<String> response) {
        return response.request()
                .uri()
                .resolve(response.headers().firstValue("Location").orElseThrow());
    }

    public static String parameter(URI uri, String name) {
        for (String pair : uri.getRawQuery().split("&")) {
            if (pair.startsWith(name + "=")) {
                return java.net.URLDecoder.decode(pair.substring(name.length() + 1), StandardCharsets.UTF_8);
            }
        }
        return null;
    }

    /** The authorize URL, with a state and a nonce; the map adds, changes, or with null removes a parameter. */
    public URI authorize(
            String clientId, URI redirect, CodeVerifier verifier, String scope, Map<String, String> changes) {
        Map<String, String> query = new LinkedHashMap<>();
        query.put("response_type", "code");
        query.put("client_id", clientId);
        query.put("redirect_uri", redirect.toString());
        query.put("scope", scope);
        query.put("state", UUID.randomUUID().toString());
        query.put("nonce", UUID.randomUUID().toString());
        query.put("code_challenge_method", "S256");
        query.put(
                "code_challenge",
                com.nimbusds.oauth2.sdk.pkce.CodeChallenge.compute(
                                com.nimbusds.oauth2.sdk.pkce.CodeChallengeMethod.S256, verifier)
                        .getValue());
        changes.forEach((name, value) -> {
            if (value.isEmpty()) {
                query.remove(name);
            } else {
                query.put(name, value);
            }
        });
        return URI.create(okta.endpoint(Endpoint.AUTHORIZE) + "?" + encode(query));
    }

    OktaTokens signIn(OktaUser user, String clientId, URI redirect, String... scopes) {
        CodeVerifier verifier = new CodeVerifier();
        HttpResponse<String> page =
                follow(get(authorize(clientId, redirect, verifier, String.join(" ", scopes), Map.of())));
        if (page.statusCode() == 200) {
            page = signIn(user.login(), user.password());
        }
        return tokens(post(
                okta.endpoint(Endpoint.TOKEN),
                clientId,
                okta.clientSecret(),
                Map.of(
                        "grant_type",
                        "authorization_code",
                        "code",
                        parameter(location(page), "code"),
                        "redirect_uri",
                        redirect.toString(),
                        "code_verifier",
                        verifier.getValue())));
    }

    String clientCredentials(String clientId, String... scopes) {
        return tokens(post(
                        okta.endpoint(Endpoint.TOKEN),
                        clientId,
                        okta.clientSecret(),
                        Map.of("grant_type", "client_credentials", "scope", String.join(" ", scopes))))
                .accessToken();
    }

    static OktaTokens tokens(HttpResponse<String> response) {
        if (response.statusCode() != 200) {
            throw new IllegalStateException("The org refused: " + response.statusCode() + " " + response.body());
        }
        try {
            Map<String, Object> body = com.nimbusds.jose.util.JSONObjectUtils.parse(response.body());
            return new OktaTokens((String) body.get("access_token"), (String) body.get("refresh_token"), (String)
                    body.get("id_token"));
        } catch (java.text.ParseException e) {
            throw new IllegalStateException(e);
        }
    }

    private static HttpRequest.Builder form(URI uri, String clientId, String secret, Map<String, String> form) {
        HttpRequest.Builder request = HttpRequest.newBuilder(uri)
                .header("Content-Type", "application/x-www-form-urlencoded")
                .POST(BodyPublishers.ofString(encode(form)));
        if (clientId != null) {
            String credentials =
                    Base64.getEncoder().encodeToString((clientId + ":" + secret).getBytes(StandardCharsets.UTF_8));
            request.header("Authorization", "Basic " + credentials);
        }
        return request;
    }

    private HttpResponse<String> send(HttpRequest.Builder request) {
        try {
            return http.send(request.timeout(Duration.ofSeconds(30)).build(), BodyHandlers.ofString());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private static String encode(Map<String, String> form) {
        return form.entrySet().stream()
                .map(entry -> URLEncoder.encode(entry.getKey(), StandardCharsets.UTF_8) + "="
                        + URLEncoder.encode(entry.getValue(), StandardCharsets.UTF_8))
                .collect(Collectors.joining("&"));
    }
}
