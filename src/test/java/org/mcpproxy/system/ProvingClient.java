package org.mcpproxy.system;

import java.net.URLEncoder;
import java.net.http.HttpRequest;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import org.mcpproxy.fixture.ProofKey;

/** An OAuth and MCP client that proves to have a key (RFC 9449), and whose proofs can be chosen, to try what an attacker might send. */
public final class ProvingClient {

    public static final String TOKEN = "/oauth2/v1/token";

    private static final String PING = "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\"}";

    private final Address proxy;
    private final ProofKey key;
    private String nonce;

    public ProvingClient(Address proxy) {
        this(proxy, new ProofKey());
    }

    public ProvingClient(Address proxy, ProofKey key) {
        this.proxy = proxy;
        this.key = key;
    }

    public ProofKey key() {
        return key;
    }

    /** The newest nonce that it was given, or null. */
    public String nonce() {
        return nonce;
    }

    /** A proof with the newest nonce. */
    public String proof(String method, String path) {
        return proof(method, path, null);
    }

    /** @param accessToken that it is sent with, or null */
    public String proof(String method, String path, String accessToken) {
        return key.proof(method, proxy.at(path), Instant.now(), nonce, accessToken);
    }

    /** A form with a proof; anew, where another nonce is asked for. */
    public Answer post(String path, Map<String, String> parameters) {
        Answer answer = send(path, parameters, List.of(proof("POST", path)));
        return answer.text().contains("use_dpop_nonce") ? send(path, parameters, List.of(proof("POST", path))) : answer;
    }

    /** As {@link #post(String, Map)}, of a client that authenticates so; each time with a proof of its own. */
    public Answer post(String path, Map<String, String> parameters, String authorization) {
        Answer answer =
                send(form(path, parameters).header("Authorization", authorization), List.of(proof("POST", path)));
        return answer.text().contains("use_dpop_nonce")
                ? send(form(path, parameters).header("Authorization", authorization), List.of(proof("POST", path)))
                : answer;
    }

    /** With these {@code DPoP} headers. */
    public Answer send(String path, Map<String, String> parameters, List<String> proofs) {
        return send(form(path, parameters), proofs);
    }

    private HttpRequest.Builder form(String path, Map<String, String> parameters) {
        return HttpRequest.newBuilder(proxy.at(path))
                .header("Content-Type", "application/x-www-form-urlencoded")
                .POST(HttpRequest.BodyPublishers.ofString(encode(parameters)));
    }

    /** Calls an MCP endpoint; anew, where another nonce is asked for. */
    public Answer ping(String path, String accessToken) {
        Answer answer = ping(path, "DPoP " + accessToken, List.of(proof("POST", path, accessToken)));
        return answer.text().contains("use_dpop_nonce")
                ? ping(path, "DPoP " + accessToken, List.of(proof("POST", path, accessToken)))
                : answer;
    }

    /** With these headers. */
    public Answer ping(String path, String authorization, List<String> proofs) {
        HttpRequest.Builder request = HttpRequest.newBuilder(proxy.at(path))
                .header("Authorization", authorization)
                .header("Content-Type", "application/json")
                .header("Accept", "application/json, text/event-stream")
                .POST(HttpRequest.BodyPublishers.ofString(PING));
        return send(request, proofs);
    }

    public Answer send(HttpRequest.Builder request, List<String> proofs) {
        proofs.forEach(proof -> request.header("DPoP", proof));
        Answer answer = OAuthClient.send(request);
        nonce = answer.response().headers().firstValue("DPoP-Nonce").orElse(nonce);
        return answer;
    }

    private static String encode(Map<String, String> parameters) {
        return parameters.entrySet().stream()
                .map(parameter -> parameter.getKey() + "="
                        + URLEncoder.encode(Objects.toString(parameter.getValue(), ""), StandardCharsets.UTF_8))
                .collect(Collectors.joining("&"));
    }
}
