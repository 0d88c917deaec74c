package org.mcpproxy.okta;

import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.apache.catalina.connector.Request;

/** What was asked of the org: names of all parameters, values of those that are no secrets. */
public final class RequestLog {

    private static final Set<String> SECRET_PARAMETERS = Set.of(
            "client_secret",
            "client_assertion",
            "code",
            "code_verifier",
            "refresh_token",
            "subject_token",
            "token",
            "id_token_hint",
            "password",
            "state",
            "nonce");

    private final List<RecordedRequest> requests = new CopyOnWriteArrayList<>();
    private final Set<String> secretsSeen = ConcurrentHashMap.newKeySet();

    public List<RecordedRequest> all() {
        return List.copyOf(requests);
    }

    public List<RecordedRequest> to(Endpoint endpoint) {
        return requests.stream()
                .filter(request -> request.endpoint() == endpoint)
                .toList();
    }

    public int calls(Endpoint endpoint) {
        return to(endpoint).size();
    }

    public void clear() {
        requests.clear();
    }

    Set<String> secretsSeen() {
        return new LinkedHashSet<>(secretsSeen);
    }

    void record(Request request, Endpoint endpoint, int status) {
        Map<String, String> parameters = new TreeMap<>();
        request.getParameterMap().forEach((name, values) -> {
            if (!SECRET_PARAMETERS.contains(name)) {
                parameters.put(name, String.join(" ", values));
            } else if (!"password".equals(name)) {
                secretsSeen.addAll(List.of(values));
            }
        });
        Optional.ofNullable(request.getHeader("Authorization"))
                .map(credentials -> credentials.substring(credentials.indexOf(' ') + 1))
                .ifPresent(secretsSeen::add);
        Set<String> headers = new TreeSet<>();
        Collections.list(request.getHeaderNames()).forEach(name -> headers.add(name.toLowerCase(Locale.ROOT)));
        requests.add(new RecordedRequest(
                request.getMethod(),
                request.getRequestURI(),
                endpoint,
                parameters,
                Set.copyOf(request.getParameterMap().keySet()),
                headers,
                clientAuthentication(request),
                status));
    }

    private static String clientAuthentication(Request request) {
        String authorization = request.getHeader("Authorization");
        if (authorization != null) {
            return switch (authorization.substring(0, authorization.indexOf(' ') + 1)) {
                case "Basic " -> "client_secret_basic";
                case "DPoP " -> "dpop";
                default -> "bearer";
            };
        }
        if (request.getParameter("client_assertion") != null) {
            return "private_key_jwt";
        }
        return request.getParameter("client_secret") != null ? "client_secret_post" : "none";
    }
}
