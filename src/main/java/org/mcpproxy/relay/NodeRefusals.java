package org.mcpproxy.relay;

import com.nimbusds.jose.util.Base64URL;
import com.nimbusds.oauth2.sdk.ParseException;
import com.nimbusds.oauth2.sdk.Scope;
import com.nimbusds.oauth2.sdk.util.JSONObjectUtils;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.random.RandomGenerator;
import net.minidev.json.JSONObject;
import org.mcpproxy.config.Settings;
import org.mcpproxy.oauth.Json;
import org.mcpproxy.oauth.Reason;
import org.mcpproxy.oauth.Rejection;
import org.mcpproxy.oauth.RequiredSignOn;
import org.mcpproxy.oauth.SealedBox;

/**
 * Why one node refuses what another has handed on, so that the client is answered as if its own node had refused it, with the
 * challenge that belongs to it (RFC 6750 3, RFC 9470 3). It is sealed, and for one pass alone: no MCP server, whose own 401 is never
 * passed on, can make one.
 */
@Singleton
public class NodeRefusals {

    private static final String REFUSAL = "node-refusal";

    private final SealedBox box;

    @Inject
    public NodeRefusals(Settings settings, RandomGenerator random) {
        this.box = settings.secretKeys().box(REFUSAL, random);
    }

    /** @param pass by which the request came */
    String seal(NodePass pass, Rejection why) {
        Map<String, Object> json = new HashMap<>();
        json.put("nonce", pass.nonce());
        json.put("reason", why.reason().name());
        why.retryAfter().ifPresent(pause -> json.put("retry_after", pause.toMillis()));
        why.scope().ifPresent(scope -> json.put("scope", scope.toString()));
        why.signOn().flatMap(RequiredSignOn::maxAge).ifPresent(age -> json.put("max_age", age.toSeconds()));
        why.signOn().flatMap(RequiredSignOn::acrValues).ifPresent(values -> json.put("acr_values", values));
        return Base64URL.encode(box.seal(Json.write(json), REFUSAL)).toString();
    }

    /**
     * @param pass with which the request was handed on
     * @return empty where it is none of a node of ours for this request, or of a reason that this version does not know
     */
    Optional<Rejection> open(NodePass pass, String sealed) {
        try {
            return box.open(new Base64URL(sealed).decode(), REFUSAL).flatMap(text -> read(pass, text));
        } catch (Rejection e) {
            return Optional.empty();
        }
    }

    private static Optional<Rejection> read(NodePass pass, String text) {
        try {
            JSONObject json = JSONObjectUtils.parse(text);
            return JSONObjectUtils.getString(json, "nonce").equals(pass.nonce())
                    ? Optional.of(rejection(json))
                    : Optional.empty();
        } catch (ParseException | IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    private static Rejection rejection(JSONObject json) throws ParseException {
        Reason reason = Reason.valueOf(JSONObjectUtils.getString(json, "reason"));
        if (json.containsKey("retry_after")) {
            return Rejection.until(reason, Duration.ofMillis(JSONObjectUtils.getLong(json, "retry_after")));
        }
        if (!json.containsKey("scope")) {
            return Rejection.of(reason);
        }
        return Rejection.needing(reason, Scope.parse(JSONObjectUtils.getString(json, "scope")), signOn(json));
    }

    private static RequiredSignOn signOn(JSONObject json) throws ParseException {
        Optional<Duration> maxAge = json.containsKey("max_age")
                ? Optional.of(Duration.ofSeconds(JSONObjectUtils.getLong(json, "max_age")))
                : Optional.empty();
        Optional<List<String>> acrValues = json.containsKey("acr_values")
                ? Optional.of(JSONObjectUtils.getStringList(json, "acr_values"))
                : Optional.empty();
        return new RequiredSignOn(maxAge, acrValues);
    }
}
