package org.mcpproxy.token;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mcpproxy.fixture.Refusals.assertRefused;

import com.nimbusds.oauth2.sdk.GrantType;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.mcpproxy.audit.AuditEvent.GrantRevoked;
import org.mcpproxy.audit.AuditEvent.GrantRevoked.Cause;
import org.mcpproxy.client.Client;
import org.mcpproxy.client.PreregisteredClient;
import org.mcpproxy.fixture.Race;
import org.mcpproxy.fixture.Samples;
import org.mcpproxy.fixture.TokenEndpoint;
import org.mcpproxy.grant.DeviceAuthorization;
import org.mcpproxy.grant.DeviceAuthorization.Decision;
import org.mcpproxy.grant.DeviceAuthorizations;
import org.mcpproxy.grant.Grant;
import org.mcpproxy.grant.RefreshToken;
import org.mcpproxy.oauth.Reason;
import org.mcpproxy.oauth.Rejection;
import org.mcpproxy.oauth.Scopes;
import org.mcpproxy.oauth.Secret;
import org.mcpproxy.signing.AccessToken;
import org.mcpproxy.upstream.SignOnDemands;

class DeviceCodeExchangeTest {

    private static final Duration LIFE = Duration.ofMinutes(10);

    private final TokenEndpoint endpoint = new TokenEndpoint();
    private final DeviceAuthorizations devices = endpoint.store.devices;
    private final Client client = Samples.device("client");
    private final Secret code = Secret.random(Samples.RANDOM);

    @BeforeEach
    void begin() {
        devices.begin(new DeviceAuthorization(
                code.hash(),
                "user code",
                "client",
                Scopes.offered(),
                Samples.RESOURCES,
                SignOnDemands.NONE,
                "payer",
                "203.0.113.9",
                endpoint.clock.instant(),
                endpoint.clock.instant().plus(LIFE),
                Decision.PENDING,
                Optional.empty()));
    }

    @Test
    void untilAPersonHasDecidedTheDeviceWaits() {
        assertRefused(Reason.AUTHORIZATION_PENDING, this::poll);
        endpoint.clock.advance(Duration.ofSeconds(5));
        assertRefused(Reason.AUTHORIZATION_PENDING, this::poll);
        assertRefused(Reason.POLLED_TOO_SOON, this::poll);
    }

    @Test
    void whatAPersonAllowedIsExchangedForTokensOfTheirs() {
        Grant grant = allow();

        TokenAnswer answer = poll();

        AccessToken token = endpoint.accessTokens.verify(answer.accessToken(), Samples.RESOURCE);
        assertThat(token.grantId()).isEqualTo(grant.id());
        assertThat(token.subject()).isEqualTo(Samples.ALICE.id());
        assertThat(token.clientId()).isEqualTo("client");
        assertThat(endpoint.refresh(client, answer.refreshToken().orElseThrow()).user())
                .isEqualTo(Samples.ALICE.id());
    }

    /** RFC 9449 5. */
    @Test
    void aDevicesTokensAreBoundToTheKeyThatItHasProved() {
        allow();
        endpoint.proving("key");

        TokenAnswer answer = poll();

        assertThat(endpoint.accessTokens
                        .verify(answer.accessToken(), Samples.RESOURCE)
                        .keyThumbprint())
                .contains("key");
        endpoint.proving("another");
        assertRefused(
                Reason.PROOF_OF_OTHER_KEY,
                () -> endpoint.refresh(client, answer.refreshToken().orElseThrow()));
    }

    /** A person who has decided is not to wait for a device that came too soon. */
    @Test
    void whoCameTooSoonBeforeGetsItsTokensAllTheSame() {
        assertRefused(Reason.AUTHORIZATION_PENDING, this::poll);
        assertRefused(Reason.POLLED_TOO_SOON, this::poll);
        allow();

        assertThat(poll().user()).isEqualTo(Samples.ALICE.id());
    }

    @Test
    void aClientThatMayNotRefreshGetsNoRefreshToken() {
        Client unable = new Client(
                "client",
                Optional.empty(),
                List.of(),
                client.authenticationMethod(),
                Optional.empty(),
                Set.of(GrantType.DEVICE_CODE),
                client.scope(),
                client.registeredAt());
        allow();

        assertThat(endpoint.poll(unable, code).refreshToken()).isEmpty();
    }

    @Test
    void aDeviceIsToldThatAPersonDenied() {
        devices.deny(code.hash());

        assertRefused(Reason.DEVICE_DENIED, this::poll);
    }

    @Test
    void aDeviceIsToldThatItsCodeHasExpiredWhateverWasDecided() {
        allow();
        endpoint.clock.advance(LIFE);
        assertRefused(Reason.DEVICE_CODE_EXPIRED, this::poll);

        endpoint.clock.advance(Duration.ofHours(1));
        assertRefused(Reason.DEVICE_CODE_UNKNOWN, this::poll);
    }

    @Test
    void aCodeThatNobodyWasGivenIsUnknown() {
        assertRefused(Reason.DEVICE_CODE_UNKNOWN, () -> endpoint.poll(client, new Secret("made up")));
        assertRefused(Reason.DEVICE_CODE_MISSING, () -> endpoint.poll(client, new Secret("")));
    }

    /** It learns nothing, uses nothing up, and does not slow the device down. */
    @Test
    void anotherClientGetsNothingAndChangesNothing() {
        Client other = Samples.device("other");
        assertRefused(Reason.DEVICE_CODE_OF_OTHER_CLIENT, () -> endpoint.poll(other, code));
        assertRefused(Reason.AUTHORIZATION_PENDING, this::poll);
        Grant grant = allow();
        assertRefused(Reason.DEVICE_CODE_OF_OTHER_CLIENT, () -> endpoint.poll(other, code));
        assertThat(endpoint.users).containsExactly(grant.user().id());

        assertThat(poll().grantId()).isEqualTo(grant.id());
        assertRefused(Reason.DEVICE_CODE_OF_OTHER_CLIENT, () -> endpoint.poll(other, code));
        assertThat(endpoint.grants.find(grant.id())).isPresent();
    }

    @Test
    void aDeviceThatTheFileNoLongerLetsHaveItGetsNothing() {
        allow();
        endpoint.written(new PreregisteredClient(client, Set.of(Samples.ISSUER + "/files/mcp"), Set.of(), Set.of()));

        assertRefused(Reason.CLIENT_CUT_BACK, this::poll);
    }

    @Test
    void anotherResourceThanWasAllowedIsRefused() {
        allow();

        assertRefused(
                Reason.RESOURCE_MISMATCH, () -> endpoint.poll(client, code, "resource", Samples.ISSUER + "/other/mcp"));
        assertThat(endpoint.poll(client, code, "resource", Samples.RESOURCE).user())
                .isEqualTo(Samples.ALICE.id());
    }

    @Test
    void aReplayedCodeRevokesTheTokensItIssued() {
        Grant grant = allow();
        TokenAnswer answer = poll();

        assertRefused(Reason.DEVICE_CODE_REPLAYED, this::poll);

        assertThat(endpoint.grants.find(grant.id())).isEmpty();
        assertThat(endpoint.okta.revoked()).hasSize(1);
        assertThat(endpoint.audit)
                .anyMatch(event -> event instanceof GrantRevoked revoked
                        && revoked.cause() == Cause.DEVICE_CODE_REPLAYED
                        && revoked.grant().equals(grant.id()));
        assertRefused(
                Reason.REFRESH_TOKEN_UNKNOWN,
                () -> endpoint.refresh(client, answer.refreshToken().orElseThrow()));
    }

    /** An hour later it is still known as one. */
    @Test
    void aReplayAfterTheEndOfTheCodeRevokesToo() {
        Grant grant = allow();
        poll();
        endpoint.clock.advance(LIFE.plusMinutes(30));

        assertRefused(Reason.DEVICE_CODE_REPLAYED, this::poll);

        assertThat(endpoint.grants.find(grant.id())).isEmpty();
    }

    @Test
    void whoIsSecondByAMomentGetsNothingAndTheGrantEnds() {
        Grant grant = allow();

        assertRefused(Reason.DEVICE_CODE_REPLAYED, () -> endpoint.poll(client, code, new Outrun(devices)));

        assertThat(endpoint.grants.find(grant.id())).isEmpty();
    }

    @Test
    void ofManyAtOnceAtMostOneGetsTokensAndTheGrantEnds() {
        Grant grant = allow();

        List<Optional<Reason>> refusals = Race.of(50, () -> {
            try {
                poll();
                return Optional.<Reason>empty();
            } catch (Rejection rejection) {
                return Optional.of(rejection.reason());
            }
        });

        assertThat(refusals.stream().filter(Optional::isEmpty)).hasSizeLessThanOrEqualTo(1);
        assertThat(refusals.stream().flatMap(Optional::stream))
                .containsAnyOf(Reason.DEVICE_CODE_REPLAYED)
                .allMatch(reason -> reason == Reason.DEVICE_CODE_REPLAYED || reason == Reason.GRANT_ENDED);
        assertThat(endpoint.grants.find(grant.id())).isEmpty();
    }

    private Grant allow() {
        Grant grant = endpoint.grant("client");
        assertThat(devices.allow(code.hash(), grant.id())).isTrue();
        return grant;
    }

    private TokenAnswer poll() {
        return endpoint.poll(client, code);
    }

    /** Devices whose codes somebody else uses up, each between the look at it and its use. */
    private record Outrun(DeviceAuthorizations devices) implements DeviceAuthorizations {

        @Override
        public boolean begin(DeviceAuthorization begun) {
            return devices.begin(begun);
        }

        @Override
        public Optional<DeviceAuthorization> find(String hash) {
            return devices.find(hash);
        }

        @Override
        public Optional<DeviceAuthorization> findOpen(List<String> userCodeHashes) {
            return devices.findOpen(userCodeHashes);
        }

        @Override
        public boolean poll(String hash) {
            return devices.poll(hash);
        }

        @Override
        public boolean allow(String hash, String grantId) {
            return devices.allow(hash, grantId);
        }

        @Override
        public boolean deny(String hash) {
            return devices.deny(hash);
        }

        @Override
        public boolean redeem(DeviceAuthorization allowed, Optional<RefreshToken> first, Instant grantExpiresAt) {
            return devices.redeem(allowed, Optional.empty(), grantExpiresAt)
                    && devices.redeem(allowed, first, grantExpiresAt);
        }
    }
}
