package org.mcpproxy.authorization;

import com.nimbusds.oauth2.sdk.device.DeviceAuthorizationSuccessResponse;
import com.nimbusds.oauth2.sdk.device.DeviceCode;
import com.nimbusds.oauth2.sdk.device.UserCode;
import jakarta.inject.Inject;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.MultivaluedMap;
import jakarta.ws.rs.core.Response;
import java.net.URI;
import net.minidev.json.JSONObject;
import org.mcpproxy.audit.AuditEvent.DeviceSignOnBegun;
import org.mcpproxy.audit.AuditLog;
import org.mcpproxy.audit.Trail;
import org.mcpproxy.authorization.DeviceSignOns.Begun;
import org.mcpproxy.client.Client;
import org.mcpproxy.config.Settings;
import org.mcpproxy.grant.DeviceAuthorizations;
import org.mcpproxy.oauth.Json;
import org.mcpproxy.oauth.Parameters;
import org.mcpproxy.token.ClientGate;
import org.mcpproxy.web.AddressRateLimits;

/** Device authorization endpoint (RFC 8628 3.1): a device authenticates as at the token endpoint, and is given two codes. */
@Path("device_authorization")
public class DeviceAuthorizationResource {

    private final ClientGate gate;
    private final DeviceSignOns signOns;
    private final Payer payer;
    private final AddressRateLimits limits;
    private final Settings settings;
    private final AuditLog audit;

    @Inject
    public DeviceAuthorizationResource(
            ClientGate gate,
            DeviceSignOns signOns,
            Payer payer,
            AddressRateLimits limits,
            Settings settings,
            AuditLog audit) {
        this.gate = gate;
        this.signOns = signOns;
        this.payer = payer;
        this.limits = limits;
        this.settings = settings;
        this.audit = audit;
    }

    @POST
    @Consumes(MediaType.APPLICATION_FORM_URLENCODED)
    @Produces(MediaType.APPLICATION_JSON)
    public Response begin(
            MultivaluedMap<String, String> form,
            @HeaderParam("Authorization") String authorization,
            @Context HttpServletRequest http) {
        Parameters parameters = new Parameters(form);
        Trail trail = Trail.of(http);
        Client client = gate.enter(authorization, parameters, http);
        String account = payer.of(client, trail);
        limits.of(AddressRateLimits.Kind.AUTHORIZATION).take(account);
        Begun begun = signOns.begin(client, parameters, account, trail);
        audit.record(new DeviceSignOnBegun(trail, client.id()));
        return Response.ok(Json.write(answer(begun)))
                .header("Cache-Control", "no-store")
                .build();
    }

    /** RFC 8628 3.2. */
    private JSONObject answer(Begun begun) {
        URI page = settings.at("/oauth/device");
        String userCode = begun.userCode().value();
        return new DeviceAuthorizationSuccessResponse(
                        new DeviceCode(begun.deviceCode().value()),
                        new UserCode(userCode),
                        page,
                        URI.create(page + "?user_code=" + userCode),
                        settings.lifetimes().deviceAuthorization().toSeconds(),
                        DeviceAuthorizations.INTERVAL_SECONDS,
                        null)
                .toJSONObject();
    }
}
