package org.mcpproxy.relay;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import org.mcpproxy.system.ProxySystem;

/** A proxy in front of a {@link RawBackend}, and callers with tokens. */
final class RelaySystem implements AutoCloseable {

    /** Stands for the URL of the backend in the value of a setting. */
    static final String BACKEND = "{backend}";

    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final RawBackend backend;
    private final ProxySystem proxy;

    private RelaySystem(RawBackend backend, ProxySystem proxy) {
        this.backend = backend;
        this.proxy = proxy;
    }

    /** @param settings names and values */
    static RelaySystem start(String... settings) throws IOException {
        return start(ProxySystem.plan(), settings);
    }

    static RelaySystem start(ProxySystem.Plan plan, String... settings) throws IOException {
        RawBackend backend = new RawBackend();
        plan.named("relay")
                .containing(TokenFountain.class)
                .with("OKTA_ISSUER", "http://localhost:9/oauth2/default")
                .with("OKTA_CLIENT_ID", "client")
                .with("OKTA_CLIENT_SECRET", "secret")
                .with("MCP_BACKEND", backend.url());
        for (int i = 0; i < settings.length; i += 2) {
            plan.with(
                    settings[i], settings[i + 1].replace(BACKEND, backend.url().toString()));
        }
        ProxySystem proxy = plan.launch();
        proxy.awaitLive();
        return new RelaySystem(backend, proxy);
    }

    RawBackend backend() {
        return backend;
    }

    ProxySystem proxy() {
        return proxy;
    }

    int port() {
        return proxy.port();
    }

    /** A caller with a fresh grant. */
    Caller caller(String user, String client) {
        return caller(user, client, "mcp");
    }

    Caller caller(String user, String client, String scope) {
        String[] answer = ask("GET", "/test/tokens?user=" + user + "&client=" + client + "&scope=" + scope)
                .split(" ");
        return new Caller(this, answer[0], answer[1]);
    }

    /** A caller with a token for the backend of this name. */
    Caller callerAt(String backend, String user, String client) {
        String path = "/" + backend + "/mcp";
        Caller caller = caller(user + "&at=" + path, client);
        return new Caller(this, caller.grant(), caller.token(), path);
    }

    /** A caller who is in this group alone. */
    Caller memberOf(String group) {
        return memberOf(group, "mcp");
    }

    Caller memberOf(String group, String scope) {
        return caller("00uof" + group + "&groups=" + group, "client", scope);
    }

    @Override
    public void close() throws IOException {
        proxy.close();
        backend.close();
    }

    private String ask(String method, String path) {
        try {
            HttpResponse<String> response = http.send(
                    HttpRequest.newBuilder(URI.create("http://localhost:" + port() + path))
                            .method(method, HttpRequest.BodyPublishers.noBody())
                            .build(),
                    HttpResponse.BodyHandlers.ofString());
            if (response.statusCode() != 200) {
                throw new AssertionError(response.statusCode() + " " + response.body());
            }
            return response.body();
        } catch (IOException | InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Somebody with an access token. */
    record Caller(RelaySystem system, String grant, String token, String path) {

        Caller(RelaySystem system, String grant, String token) {
            this(system, grant, token, "/mcp");
        }

        RawClient post(String body, String... headers) {
            return send("POST", body, headers);
        }

        RawClient get(String... headers) {
            return send("GET", "", headers);
        }

        RawClient send(String method, String body, String... headers) {
            return RawClient.send(system.port(), method, path, body, with(headers));
        }

        /** A POST whose body is not sent to its end. */
        RawClient unfinished(int length) {
            return RawClient.sendUnfinished(system.port(), path, length, with());
        }

        private String[] with(String... headers) {
            List<String> all = new ArrayList<>(List.of(
                    "Authorization: Bearer " + token,
                    "Content-Type: application/json",
                    "Accept: application/json, text/event-stream"));
            all.addAll(List.of(headers));
            return all.toArray(String[]::new);
        }

        /** Ends the grant, as a revocation does. */
        void revoke() {
            system.ask("DELETE", "/test/tokens?grant=" + grant);
        }

        @Override
        public String toString() {
            return grant;
        }
    }
}
