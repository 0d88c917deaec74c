package org.mcpproxy.authorization;

import com.nimbusds.oauth2.sdk.GrantType;
import com.nimbusds.oauth2.sdk.Scope;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.random.RandomGenerator;
import org.mcpproxy.audit.Trail;
import org.mcpproxy.client.Client;
import org.mcpproxy.client.ClientLookup;
import org.mcpproxy.config.Settings;
import org.mcpproxy.grant.DeviceAuthorization;
import org.mcpproxy.grant.DeviceAuthorization.Decision;
import org.mcpproxy.grant.DeviceAuthorizations;
import org.mcpproxy.oauth.Parameters;
import org.mcpproxy.oauth.Reason;
import org.mcpproxy.oauth.Rejection;
import org.mcpproxy.oauth.Resources;
import org.mcpproxy.oauth.Secret;
import org.mcpproxy.upstream.SignOnDemands;

/**
 * Sign-ons that a device begins and a person finishes in a browser elsewhere (RFC 8628). From the code on that the person
 * enters they go the way of every other sign-on.
 */
@Singleton
public class DeviceSignOns {

    private static final int MOST_DRAWS = 3;
    private static final Duration NEXT_TRY = Duration.ofSeconds(5);

    private final DeviceAuthorizations devices;
    private final UserCodes userCodes;
    private final ClientLookup clients;
    private final RequestedAccess access;
    private final Settings settings;
    private final RandomGenerator random;
    private final Clock clock;

    @Inject
    public DeviceSignOns(
            DeviceAuthorizations devices,
            UserCodes userCodes,
            ClientLookup clients,
            Settings settings,
            RandomGenerator random,
            Clock clock) {
        this.devices = devices;
        this.userCodes = userCodes;
        this.clients = clients;
        this.access = new RequestedAccess(clients, settings);
        this.settings = settings;
        this.random = random;
        this.clock = clock;
    }

    /**
     * Begins one for a device.
     *
     * @param authenticated where it is confidential
     * @param payer on whose account it is counted
     * @throws Rejection {@code GRANT_TYPE_UNREGISTERED}, what a request for scopes and resources or for a way to sign on is refused
     *     for, or with a reason of {@link DeviceAuthorizations#begin}
     */
    public Begun begin(Client authenticated, Parameters parameters, String payer, Trail trail) {
        Client client = clients.find(authenticated.id());
        if (!client.mayUse(GrantType.DEVICE_CODE)) {
            throw Rejection.of(Reason.GRANT_TYPE_UNREGISTERED);
        }
        Resources resources = access.resources(parameters.all("resource"), client);
        Scope scope = access.scope(parameters.find("scope").map(Scope::parse).orElse(null), client, resources);
        Asked request = new Asked(client.id(), scope, resources, RequestedDemands.ofDevice(parameters));
        for (int draw = 0; draw < MOST_DRAWS; draw++) {
            Begun begun = new Begun(Secret.random(random), userCodes.next());
            if (devices.begin(kept(begun, request, payer, trail.address()))) {
                return begun;
            }
        }
        throw Rejection.until(Reason.SERVER_FULL, NEXT_TRY);
    }

    private DeviceAuthorization kept(Begun begun, Asked asked, String payer, String address) {
        Instant now = clock.instant();
        return new DeviceAuthorization(
                begun.deviceCode().hash(),
                userCodes.hash(begun.userCode()),
                asked.clientId(),
                asked.scope(),
                asked.resources(),
                asked.demands(),
                payer,
                address,
                now,
                now.plus(settings.lifetimes().deviceAuthorization()),
                Decision.PENDING,
                Optional.empty());
    }

    /**
     * What the device asks a person for who entered this.
     *
     * @throws Rejection {@code USER_CODE_UNKNOWN}
     */
    public ClientRequest request(String entered) {
        DeviceAuthorization device = userCodes
                .parse(entered)
                .map(userCodes::hashes)
                .flatMap(devices::findOpen)
                .orElseThrow(() -> Rejection.of(Reason.USER_CODE_UNKNOWN));
        return ClientRequest.ofDevice(
                device.clientId(), device.scope(), device.resources(), device.demands(), device.hash());
    }

    /** The device that makes this request, if one does. */
    public Optional<DeviceAuthorization> device(ClientRequest request) {
        return request.deviceCodeHash().flatMap(devices::find);
    }

    /** What a device asks for. */
    private record Asked(String clientId, Scope scope, Resources resources, SignOnDemands demands) {}

    /** What a device is given: the code that it asks with, and the one that it shows. */
    public record Begun(Secret deviceCode, Secret userCode) {}
}
