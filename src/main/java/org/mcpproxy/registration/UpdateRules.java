package org.mcpproxy.registration;

import com.nimbusds.oauth2.sdk.ParseException;
import com.nimbusds.oauth2.sdk.util.JSONObjectUtils;
import java.util.Set;
import net.minidev.json.JSONObject;
import org.mcpproxy.client.Client;
import org.mcpproxy.oauth.Reason;
import org.mcpproxy.oauth.Rejection;
import org.mcpproxy.oauth.Secret;

/** What an update must and must not hold beside the metadata (RFC 7592 2.2). */
final class UpdateRules {

    private static final Set<String> NEVER = Set.of(
            "registration_access_token", "registration_client_uri", "client_secret_expires_at", "client_id_issued_at");

    private UpdateRules() {}

    /** @throws Rejection {@code CLIENT_METADATA_INVALID}, or an {@code UPDATE_…} reason */
    static void require(String json, Client client) {
        JSONObject update = parse(json);
        require(client.id().equals(update.get("client_id")), Reason.UPDATE_OF_OTHER_CLIENT);
        require(NEVER.stream().noneMatch(update::containsKey), Reason.UPDATE_MEMBER_UNACCEPTABLE);
        require(isSecretOf(client, update.get("client_secret")), Reason.UPDATE_SECRET_WRONG);
    }

    private static JSONObject parse(String json) {
        try {
            return JSONObjectUtils.parse(json);
        } catch (ParseException e) {
            throw Rejection.of(Reason.CLIENT_METADATA_INVALID);
        }
    }

    /** A client must not choose its secret. */
    private static boolean isSecretOf(Client client, Object given) {
        return given == null
                || given instanceof String secret
                        && client.secretHash()
                                .filter(new Secret(secret)::hashesTo)
                                .isPresent();
    }

    private static void require(boolean holds, Reason otherwise) {
        if (!holds) {
            throw Rejection.of(otherwise);
        }
    }
}
