package org.mcpproxy.upstream;

import com.nimbusds.oauth2.sdk.http.HTTPRequest;
import com.nimbusds.oauth2.sdk.http.HTTPRequestSender;
import com.nimbusds.oauth2.sdk.http.HTTPResponse;
import com.nimbusds.oauth2.sdk.http.ReadOnlyHTTPRequest;
import com.nimbusds.oauth2.sdk.http.ReadOnlyHTTPResponse;
import jakarta.annotation.PreDestroy;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Inject;
import jakarta.ws.rs.ProcessingException;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.eclipse.microprofile.rest.client.RestClientBuilder;

/** Sends Nimbus's requests by MicroProfile REST Client: no redirect is followed, and an answer is bounded in size and time. */
@ApplicationScoped
class RestSender implements HTTPRequestSender {

    /**
     * The issuer has eight endpoints, and each server that exchanges tokens two; more addresses than this mean that they are
     * moved about, and old ones may go.
     */
    private static final int ENDPOINTS = 128;

    private static final String ANSWERS_ARE_NOT_EXCEPTIONS = "microprofile.rest.client.disable.default.mapper";

    private final CallLimits limits;
    private final Map<URI, IssuerEndpoint> endpoints = new ConcurrentHashMap<>();

    @Inject
    RestSender(CallLimits limits) {
        this.limits = limits;
    }

    /** For CDI's proxy. */
    protected RestSender() {
        this(null);
    }

    @Produces
    static CallLimits limits() {
        return CallLimits.standard();
    }

    /** @throws IOException without the cause, whose message may carry what was sent */
    @Override
    public ReadOnlyHTTPResponse send(ReadOnlyHTTPRequest request) throws IOException {
        long deadline = System.nanoTime() + limits.whole().toNanos();
        try (Response response = call((HTTPRequest) request)) {
            return read(response, request.getURI(), deadline);
        } catch (ProcessingException e) {
            throw new IOException(rootCause(e).getClass().getSimpleName());
        }
    }

    private Response call(HTTPRequest request) {
        IssuerEndpoint endpoint = endpoint(request.getURI());
        String proof = request.getHeaderValue(IssuerEndpoint.PROOF);
        return request.getMethod() == HTTPRequest.Method.POST
                ? endpoint.post(MediaType.APPLICATION_JSON, request.getAuthorization(), proof, request.getBody())
                : endpoint.get(MediaType.APPLICATION_JSON, request.getAuthorization(), proof);
    }

    private IssuerEndpoint endpoint(URI address) {
        if (endpoints.size() > ENDPOINTS) {
            close();
        }
        return endpoints.computeIfAbsent(address, this::connect);
    }

    private IssuerEndpoint connect(URI address) {
        return RestClientBuilder.newBuilder()
                .baseUri(address)
                .connectTimeout(limits.connect().toMillis(), TimeUnit.MILLISECONDS)
                .readTimeout(limits.read().toMillis(), TimeUnit.MILLISECONDS)
                .followRedirects(false)
                .property(ANSWERS_ARE_NOT_EXCEPTIONS, true)
                .build(IssuerEndpoint.class);
    }

    private HTTPResponse read(Response response, URI address, long deadline) throws IOException {
        HTTPResponse answer = new HTTPResponse(response.getStatus());
        for (Map.Entry<String, List<String>> header :
                response.getStringHeaders().entrySet()) {
            answer.setHeader(header.getKey(), header.getValue().toArray(String[]::new));
        }
        if (response.hasEntity()) {
            try (InputStream entity = response.readEntity(InputStream.class)) {
                answer.setBody(body(entity, address, deadline));
            }
        }
        return answer;
    }

    private String body(InputStream entity, URI address, long deadline) throws IOException {
        byte[] body = new byte[limits.answerBytes()];
        int length = 0;
        int count;
        while ((count = entity.read(body, length, body.length - length)) > 0) {
            length += count;
            if (System.nanoTime() - deadline > 0) {
                throw cutOff(address, "The answer took too long");
            }
        }
        if (count == 0) {
            throw cutOff(address, "The answer is too large");
        }
        return new String(body, 0, length, StandardCharsets.UTF_8);
    }

    /** Closing a chunked answer reads it to its end, which may never come; only closing the client cuts its connections. */
    private IOException cutOff(URI address, String why) {
        IssuerEndpoint endpoint = endpoints.remove(address);
        if (endpoint != null) {
            endpoint.close();
        }
        return new IOException(why);
    }

    private static Throwable rootCause(Throwable thrown) {
        return thrown.getCause() == null ? thrown : rootCause(thrown.getCause());
    }

    @PreDestroy
    void close() {
        endpoints.values().forEach(IssuerEndpoint::close);
        endpoints.clear();
    }
}
