package org.mcpproxy.clients;

import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import java.util.List;
import net.minidev.json.JSONObject;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.mcpproxy.fixture.DocumentHost;
import org.mcpproxy.system.Installation;
import org.mcpproxy.system.Preregistered;

/** Libraries that take nothing that the specifications do not allow, known by a metadata document with a key. */
class StrictDocumentsClientIT {

    private final DocumentHost host = DocumentHost.shared();
    private final Installation installation = Installation.shared();

    @ParameterizedTest
    @ValueSource(strings = {"oauth4webapi", "openid-client"})
    void aClientThatHasNotRegisteredSignsOnAndProvesItself(String library) throws JOSEException {
        ECKey key = new ECKeyGenerator(Curve.P_256).keyID("one").generate();
        String path = "/strict-" + library + ".json";
        host.json(path, document(host.url(path), key));

        Trip trip = Trip.of(
                "client-document.mjs",
                library,
                installation.at("").toString(),
                installation.proxy().mcp().toString(),
                host.url(path),
                key.toJSONString());

        assertThat(trip.exitCode()).as(trip.output()).isZero();
        assertThat(trip.steps()).containsExactly("metadata", "sign-on", "call", "refresh");
    }

    private static String document(String url, ECKey key) {
        JSONObject document = new JSONObject();
        document.put("client_id", url);
        document.put("client_name", "A strict client");
        document.put("redirect_uris", List.of(Preregistered.REDIRECT_URI));
        document.put("grant_types", List.of("authorization_code", "refresh_token"));
        document.put("token_endpoint_auth_method", "private_key_jwt");
        document.put("jwks", new JWKSet(key.toPublicJWK()).toJSONObject());
        return document.toJSONString();
    }
}
