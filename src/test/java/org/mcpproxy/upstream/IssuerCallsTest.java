package org.mcpproxy.upstream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mcpproxy.fixture.Refusals.assertRefused;

import com.nimbusds.oauth2.sdk.http.HTTPRequest;
import com.nimbusds.oauth2.sdk.http.HTTPResponse;
import com.nimbusds.oauth2.sdk.http.ReadOnlyHTTPRequest;
import java.io.IOException;
import java.net.URI;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.mcpproxy.fixture.Exposition;
import org.mcpproxy.fixture.SettableClock;
import org.mcpproxy.metrics.Meters;
import org.mcpproxy.oauth.Reason;
import org.mcpproxy.upstream.IssuerCalls.Endpoint;

class IssuerCallsTest {

    private static final int NOTHING = 0;

    private final Meters meters = new Meters();
    private final UpstreamStatus status = new UpstreamStatus();
    private final IssuerCalls calls =
            new IssuerCalls(this::answer, CallLimits.standard(), status, new SettableClock(), new IssuerMeter(meters));
    private int answered = 200;

    /** Else nobody would be told at Okta of a revocation, while the server that has to hear of it is well. */
    @Test
    void whatBecomesOfTheOrgServerSaysNothingOfTheOneWherePeopleSignOn() {
        answered = 503;
        assertRefused(Reason.OKTA_UNAVAILABLE, () -> call(Endpoint.ORGANIZATION_KEYS));
        assertThat(status.degraded()).isEmpty();
        assertRefused(Reason.OKTA_UNAVAILABLE, () -> call(Endpoint.KEYS));
        assertThat(status.degraded()).isPresent();

        answered = 200;
        call(Endpoint.ORGANIZATION_DISCOVERY);
        assertThat(status.degraded()).isPresent();
        call(Endpoint.DISCOVERY);
        assertThat(status.degraded()).isEmpty();
    }

    @Test
    void aLimitOfTheOrgServersHoldsUpNoOther() {
        answered = 429;
        assertRefused(Reason.OKTA_UNAVAILABLE, () -> call(Endpoint.ORGANIZATION_KEYS));
        answered = 200;

        assertThat(call(Endpoint.KEYS).getStatusCode()).isEqualTo(200);
        assertRefused(Reason.OKTA_UNAVAILABLE, () -> call(Endpoint.ORGANIZATION_KEYS));
        assertThat(status.degraded()).isEmpty();
    }

    @Test
    void eachCallIsCountedByWhatItCameTo() {
        call(Endpoint.TOKEN);
        answered = 400;
        call(Endpoint.TOKEN);
        answered = 503;
        assertRefused(Reason.OKTA_UNAVAILABLE, () -> call(Endpoint.TOKEN));
        answered = NOTHING;
        assertRefused(Reason.OKTA_UNAVAILABLE, () -> call(Endpoint.TOKEN));
        answered = 429;
        assertRefused(Reason.OKTA_UNAVAILABLE, () -> call(Endpoint.TOKEN));
        assertRefused(Reason.OKTA_UNAVAILABLE, () -> call(Endpoint.TOKEN));

        for (String outcome : List.of("success", "refused", "failed", "unreachable", "rate_limited")) {
            assertThat(counted("token", outcome)).as(outcome).isEqualTo(1);
        }
    }

    private double counted(String endpoint, String outcome) {
        return Exposition.of(meters)
                .value("mcp_proxy_okta_call_seconds_count{endpoint=\"%s\",outcome=\"%s\"}"
                        .formatted(endpoint, outcome));
    }

    private HTTPResponse call(Endpoint endpoint) {
        return calls.once(
                endpoint, new HTTPRequest(HTTPRequest.Method.GET, URI.create("https://acme.okta.com/oauth2/v1/keys")));
    }

    private HTTPResponse answer(ReadOnlyHTTPRequest request) throws IOException {
        if (answered == NOTHING) {
            throw new IOException("connection refused");
        }
        return new HTTPResponse(answered);
    }
}
