package org.mcpproxy.token;

import com.nimbusds.oauth2.sdk.GrantType;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.time.Instant;
import java.util.Optional;
import org.mcpproxy.audit.AuditEvent.GrantRevoked.Cause;
import org.mcpproxy.grant.DeviceAuthorization;
import org.mcpproxy.grant.DeviceAuthorization.Decision;
import org.mcpproxy.grant.DeviceAuthorizations;
import org.mcpproxy.grant.Grant;
import org.mcpproxy.grant.GrantEnding;
import org.mcpproxy.grant.Grants;
import org.mcpproxy.grant.RefreshToken;
import org.mcpproxy.grant.RefreshTokenValue;
import org.mcpproxy.oauth.Check;
import org.mcpproxy.oauth.Reason;
import org.mcpproxy.oauth.Rejection;
import org.mcpproxy.oauth.Secret;

/** {@code grant_type=urn:ietf:params:oauth:grant-type:device_code} (RFC 8628 3.4): the device asks until a person has decided. */
@Singleton
public class DeviceCodeExchange implements Exchange {

    private static final Check<DeviceAuthorization> CHECKS = ((Check<DeviceAuthorization>)
                    DeviceCodeExchange::requireUnexpired)
            .then(DeviceCodeExchange::requireNotDenied);

    private final DeviceAuthorizations devices;
    private final Grants grants;
    private final GrantEnding ending;
    private final TokenMint mint;
    private final Clock clock;

    @Inject
    public DeviceCodeExchange(
            DeviceAuthorizations devices, Grants grants, GrantEnding ending, TokenMint mint, Clock clock) {
        this.devices = devices;
        this.grants = grants;
        this.ending = ending;
        this.mint = mint;
        this.clock = clock;
    }

    @Override
    public GrantType grantType() {
        return GrantType.DEVICE_CODE;
    }

    @Override
    public TokenAnswer exchange(TokenRequest request) {
        DeviceAuthorization device = find(request);
        if (device.decision() == Decision.REDEEMED) {
            throw replayed(device, request);
        }
        CHECKS.require(device, clock.instant());
        if (device.decision() == Decision.PENDING) {
            throw pending(device);
        }
        return redeem(device, request);
    }

    /** Another client learns nothing of how it stands, and is not counted as the device. */
    private DeviceAuthorization find(TokenRequest request) {
        String hash = new Secret(request.parameters().get("device_code", Reason.DEVICE_CODE_MISSING)).hash();
        DeviceAuthorization device = devices.find(hash).orElseThrow(() -> Rejection.of(Reason.DEVICE_CODE_UNKNOWN));
        device.grantId().flatMap(grants::find).ifPresent(request::isOf);
        if (!device.clientId().equals(request.client().id())) {
            throw Rejection.of(Reason.DEVICE_CODE_OF_OTHER_CLIENT);
        }
        return device;
    }

    private TokenAnswer redeem(DeviceAuthorization device, TokenRequest request) {
        Grant grant = device.grantId().flatMap(grants::find).orElseThrow(() -> Rejection.of(Reason.GRANT_ENDED));
        String resource = RequestedResource.of(request.parameters(), grant);
        Optional<RefreshTokenValue> refreshToken = mint.firstRefreshToken(request.client());
        TokenAnswer answer = mint.mint(grant, request, resource, grant.scope(), refreshToken, Optional.empty());
        Optional<RefreshToken> first = refreshToken.map(value -> mint.stored(value, grant, request));
        if (!devices.redeem(device, first, first.map(RefreshToken::expiresAt).orElse(answer.expiresAt()))) {
            throw replayed(device, request);
        }
        return answer;
    }

    /** RFC 8628 3.5. */
    private Rejection pending(DeviceAuthorization device) {
        return Rejection.of(devices.poll(device.hash()) ? Reason.AUTHORIZATION_PENDING : Reason.POLLED_TOO_SOON);
    }

    /** As with an authorization code: nobody can tell which of the two is the device. */
    private Rejection replayed(DeviceAuthorization device, TokenRequest request) {
        device.grantId().ifPresent(grant -> ending.end(grant, Cause.DEVICE_CODE_REPLAYED, request.trail()));
        return Rejection.of(Reason.DEVICE_CODE_REPLAYED);
    }

    private static void requireUnexpired(DeviceAuthorization device, Instant now) {
        if (!now.isBefore(device.expiresAt())) {
            throw Rejection.of(Reason.DEVICE_CODE_EXPIRED);
        }
    }

    private static void requireNotDenied(DeviceAuthorization device, Instant now) {
        if (device.decision() == Decision.DENIED) {
            throw Rejection.of(Reason.DEVICE_DENIED);
        }
    }
}
