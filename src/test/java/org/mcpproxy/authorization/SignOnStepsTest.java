package org.mcpproxy.authorization;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mcpproxy.fixture.Refusals.assertRefused;

import com.nimbusds.oauth2.sdk.GrantType;
import com.nimbusds.oauth2.sdk.auth.ClientAuthenticationMethod;
import java.net.URI;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.mcpproxy.audit.AuditEvent.GrantRevoked.Cause;
import org.mcpproxy.authorization.PendingAuthorization.Step;
import org.mcpproxy.client.Client;
import org.mcpproxy.fixture.KnownDocuments;
import org.mcpproxy.fixture.Samples;
import org.mcpproxy.fixture.TokenEndpoint;
import org.mcpproxy.grant.Approvals;
import org.mcpproxy.grant.DeviceAuthorization;
import org.mcpproxy.grant.DeviceAuthorization.Decision;
import org.mcpproxy.grant.Grant;
import org.mcpproxy.oauth.Reason;
import org.mcpproxy.oauth.Rejection;
import org.mcpproxy.oauth.Scopes;
import org.mcpproxy.oauth.Secret;
import org.mcpproxy.upstream.SignOnDemands;

class SignOnStepsTest {

    private static final String CONSENT = Samples.ISSUER + "/oauth/consent?request=";

    private static final String DEVICE = "a device";

    private final TokenEndpoint endpoint = new TokenEndpoint();
    private final PendingAuthorizations pendings = endpoint.store.pendings;
    private final Approvals approvals = endpoint.store.approvals;
    private final SignOnSteps steps = steps(pendings);
    private final PendingAuthorization requested = new PendingAuthorization(
            "id",
            "",
            "browser",
            new ClientRequest(
                    "client",
                    Samples.REDIRECT_URI,
                    Optional.of("a&b"),
                    "challenge",
                    Scopes.baseline(),
                    Samples.RESOURCES),
            Step.CONSENT,
            false,
            Optional.empty(),
            Optional.empty(),
            endpoint.clock.instant().plus(Duration.ofMinutes(10)));

    private PendingAuthorization demanding(SignOnDemands demands) {
        ClientRequest request = requested.request();
        return new PendingAuthorization(
                "id",
                "",
                "browser",
                new ClientRequest(
                        request.clientId(),
                        request.redirectUri(),
                        request.state(),
                        request.codeChallenge(),
                        request.scope(),
                        request.resources(),
                        demands,
                        AskedIdentity.NONE,
                        Optional.empty()),
                Step.CONSENT,
                false,
                Optional.empty(),
                Optional.empty(),
                requested.expiresAt());
    }

    @BeforeEach
    void register() {
        endpoint.store.clients.add(Samples.client("client").managedBy("token"));
    }

    /** Anybody may begin sign-ons, and leave them. */
    @Test
    void whereNoMoreCanBeHeldNoneBeginsAndOktaHearsOfNone() {
        SignOnSteps full = steps(new Full(pendings));

        assertRefused(Reason.SERVER_FULL, () -> full.begin(requested.request(), false));
        assertRefused(Reason.SERVER_FULL, () -> full.begin(requested.request(), true));

        assertThat(endpoint.store.column("SELECT id FROM pending_authorization"))
                .isEmpty();
        assertThat(endpoint.okta.begun()).isEmpty();
    }

    @Test
    void whatHasBegunGoesOnWhereNoMoreCanBeHeld() {
        assertAtOkta(steps(new Full(pendings)).next(requested.allowed(), false).location());
    }

    @Test
    void aSignOnBeginsUnapprovedBoundToItsBrowserAndNotForLong() {
        SignOnSteps.Begun begun = steps.begin(requested.request(), false);
        SignOnSteps.Begun another = steps.begin(requested.request(), false);

        PendingAuthorization pending = asked(begun.location());
        assertThat(pending.request()).isEqualTo(requested.request());
        assertThat(pending.approved()).isFalse();
        assertThat(pending.id()).isEqualTo(begun.id()).isNotEqualTo(another.id());
        assertThat(pending.browserHash()).isEqualTo(begun.browser().hash());
        assertThat(another.browser()).isNotEqualTo(begun.browser());

        endpoint.clock.advance(endpoint.settings.lifetimes().signOn());
        assertThat(pendings.find(pending.handleHash())).isEmpty();
    }

    /** What a browser remembers may be another person's. */
    @Test
    void aRememberedConsentIsNoApproval() {
        assertAtOkta(steps.begin(requested.request(), true).location());

        assertThat(pendings.find(new Secret("state-1").hash()).orElseThrow().approved())
                .isFalse();
    }

    @Test
    void aNewRequestIsAskedForConsentBeforeOktaHearsOfIt() {
        URI next = steps.next(requested, false).location();

        assertThat(next.toString()).startsWith(CONSENT);
        assertThat(asked(next).step()).isEqualTo(Step.CONSENT);
        assertThat(asked(next).upstream()).isEmpty();
    }

    @Test
    void everyStepHasAHandleOfItsOwn() {
        URI one = steps.next(requested, false).location();
        URI two = steps.next(requested, false).location();

        assertThat(one).isNotEqualTo(two);
    }

    @Test
    void anAllowedRequestGoesToOkta() {
        assertAtOkta(steps.next(requested.allowed(), false).location());
    }

    @Test
    void oktaHearsHowThePersonIsToSignOnAndSinceWhenTheyMustHaveIsKept() {
        SignOnDemands demands = new SignOnDemands(
                false, Optional.of(Duration.ofMinutes(5)), Optional.of("alice@example.com"), List.of("urn:one"));

        URI consent = steps.next(demanding(demands), false).location();
        steps.next(asked(consent).allowed(), false);

        assertThat(endpoint.okta.begun()).containsExactly(demands);
        assertThat(pendings.find(new Secret("state-1").hash()).orElseThrow().upstream())
                .flatMap(PendingAuthorization.Upstream::authenticatedSince)
                .contains(endpoint.clock.instant().minus(Duration.ofMinutes(5)).truncatedTo(ChronoUnit.SECONDS));
    }

    @Test
    void aRememberedConsentSparesTheQuestion() {
        assertAtOkta(steps.next(requested, true).location());
    }

    @Test
    void whoAllowedTheClientInThisSignOnIsSentBackWithACodeAndApproves() {
        Grant grant = endpoint.grant("client");

        SignOnSteps.Next next = steps.next(requested.allowed().granted(grant.id()), false);

        assertThat(next.finished()).isTrue();
        assertThat(next.location().toString())
                .startsWith(Samples.REDIRECT_URI + "?")
                .contains("code=", "state=a%26b", "iss=https%3A%2F%2Fproxy.example");
        assertFinished(steps.next(requested.granted(endpoint.grant("client").id()), false));
    }

    /** RFC 6749 3.1.2, 4.1.2. */
    @Test
    void theAddressKeepsItsOwnQueryAndThereIsNoStateWhereNoneWasSent() {
        ClientRequest request = new ClientRequest(
                "client",
                Samples.REDIRECT_URI + "?tenant=a%2Fb",
                Optional.empty(),
                "challenge",
                Scopes.baseline(),
                Samples.RESOURCES);

        assertThat(steps.refused(request, Reason.CONSENT_DENIED).toString())
                .startsWith(Samples.REDIRECT_URI + "?")
                .contains("tenant=a%2Fb", "error=access_denied", "iss=https%3A%2F%2Fproxy.example")
                .doesNotContain("state");
    }

    /** The remembered consent was the browser's; whether it is this user's, only the user's own approval tells. */
    @Test
    void aUserWithoutApprovalIsAskedThoughTheBrowserRemembers() {
        URI next = steps.next(requested.granted(endpoint.grant("client").id()), true)
                .location();

        assertThat(next.toString()).startsWith(CONSENT);
        assertThat(asked(next).step()).isEqualTo(Step.APPROVAL);
    }

    @Test
    void aWithdrawnApprovalDefeatsTheRememberedConsent() {
        steps.next(requested.allowed().granted(endpoint.grant("client").id()), false);
        approvals.withdraw(Samples.ALICE, "client");

        URI next = steps.next(requested.granted(endpoint.grant("client").id()), true)
                .location();

        assertThat(asked(next).step()).isEqualTo(Step.APPROVAL);
    }

    @Test
    void aGrantThatHasEndedLeadsNowhere() {
        Grant grant = endpoint.grant("client");
        endpoint.ending.end(grant.id(), Cause.CONSENT_DENIED, Samples.TRAIL);

        assertRefused(
                Reason.SIGN_ON_UNKNOWN, () -> steps.next(requested.allowed().granted(grant.id()), false));
    }

    /** At the very moment in which the person came back from Okta, so that nothing else is left to be forgotten. */
    @Test
    void aClientThatIsGoneGetsNoCode() {
        Grant grant = endpoint.grant("client");
        endpoint.store.registrations.remove("client", "token", ended -> {});
        Grant late = endpoint.grant("client");

        assertRefused(
                Reason.SIGN_ON_UNKNOWN, () -> steps.next(requested.allowed().granted(grant.id()), false));
        assertRefused(
                Reason.SIGN_ON_UNKNOWN, () -> steps.next(requested.allowed().granted(late.id()), false));
    }

    @Test
    void noCodeGoesToAnAddressThatTheClientHasTakenBack() {
        Grant grant = endpoint.grant("client");
        Client moved = Samples.client("client", "https://app.example/elsewhere").managedBy("next");
        endpoint.store.registrations.replace(moved, "token");

        assertRefused(
                Reason.SIGN_ON_UNKNOWN, () -> steps.next(requested.allowed().granted(grant.id()), false));
    }

    @Test
    void aDeviceIsAllowedWhoseUserSignedOnAndTheBrowserIsGivenNothing() {
        Grant grant = endpoint.grant(DEVICE);

        SignOnSteps.Next next = steps.next(ofDevice().allowed().granted(grant.id()), false);

        assertThat(next.finished()).isTrue();
        assertThat(next.location()).hasToString(Samples.ISSUER + "/oauth/device/done");
        DeviceAuthorization device = endpoint.store.devices.find("hash").orElseThrow();
        assertThat(device.decision()).isEqualTo(Decision.ALLOWED);
        assertThat(device.grantId()).contains(grant.id());
    }

    /** However often this person has allowed the very same before. */
    @Test
    void aDeviceIsAskedForEachTime() {
        steps.next(ofDevice().allowed().granted(endpoint.grant(DEVICE).id()), false);

        assertThat(asked(steps.next(ofDevice(), false).location()).step()).isEqualTo(Step.CONSENT);
    }

    @Test
    void aDeviceOnWhichSomebodyHasDecidedIsNotDecidedOnAgain() {
        PendingAuthorization one = ofDevice().allowed();
        endpoint.store.devices.deny("hash");

        assertRefused(
                Reason.DEVICE_SIGN_ON_OVER,
                () -> steps.next(one.granted(endpoint.grant(DEVICE).id()), false));
        assertRefused(Reason.DEVICE_SIGN_ON_OVER, () -> steps.refused(one.request(), Reason.CONSENT_DENIED));
        assertThat(endpoint.store.devices.find("hash").orElseThrow().grantId()).isEmpty();
    }

    @Test
    void aDeviceIsDeniedWhereAPersonOrOktaDeniesAndWaitsOnWhereSomethingFailed() {
        ClientRequest request = ofDevice().request();

        assertRefused(Reason.ID_TOKEN_INVALID, () -> steps.refused(request, Reason.ID_TOKEN_INVALID));
        assertThat(endpoint.store.devices.find("hash").orElseThrow().decision()).isEqualTo(Decision.PENDING);

        assertThat(steps.refused(request, Reason.OKTA_DENIED)).hasToString(Samples.ISSUER + "/oauth/device/denied");
        assertThat(endpoint.store.devices.find("hash").orElseThrow().decision()).isEqualTo(Decision.DENIED);
    }

    /** The person reads why, and the device is told at once: it is of no use to wait. */
    @ParameterizedTest
    @EnumSource(names = {"AUTHENTICATION_TOO_OLD", "AUTHENTICATION_CLASS_UNMET"})
    void aDeviceWhosePersonDidNotSignOnAsItDemandsIsDenied(Reason reason) {
        ClientRequest request = ofDevice().request();

        assertRefused(reason, () -> steps.refused(request, reason));

        assertThat(endpoint.store.devices.find("hash").orElseThrow().decision()).isEqualTo(Decision.DENIED);
    }

    @Test
    void aDeviceWhoseClientIsGoneOrMayNoLongerAskSoIsNotAllowed() {
        PendingAuthorization signedOn =
                ofDevice().allowed().granted(endpoint.grant(DEVICE).id());
        endpoint.store.registrations.replace(
                new Client(
                                DEVICE,
                                Optional.empty(),
                                List.of(Samples.REDIRECT_URI),
                                ClientAuthenticationMethod.NONE,
                                Optional.empty(),
                                Set.of(GrantType.AUTHORIZATION_CODE),
                                Scopes.offered(),
                                endpoint.clock.instant())
                        .managedBy("next"),
                "token");
        assertRefused(Reason.SIGN_ON_UNKNOWN, () -> steps.next(signedOn, false));

        endpoint.store.registrations.remove(DEVICE, "next", ended -> {});
        assertRefused(Reason.SIGN_ON_UNKNOWN, () -> steps.next(signedOn, false));
        Grant late = endpoint.grant(DEVICE);
        assertRefused(Reason.SIGN_ON_UNKNOWN, () -> steps.next(signedOn.granted(late.id()), false));
    }

    private SignOnSteps steps(PendingAuthorizations kept) {
        return new SignOnSteps(
                kept,
                KnownDocuments.none(endpoint.store.clients),
                endpoint.okta,
                endpoint.grants,
                endpoint.granting,
                approvals,
                endpoint.store.devices,
                new AuthorizationAnswer(endpoint.settings),
                endpoint.settings,
                Samples.RANDOM,
                endpoint.clock);
    }

    private PendingAuthorization ofDevice() {
        if (endpoint.store.clients.find(DEVICE).isEmpty()) {
            endpoint.store.clients.add(Samples.device(DEVICE).managedBy("token"));
        }
        endpoint.store.devices.begin(new DeviceAuthorization(
                "hash",
                "user code",
                DEVICE,
                Scopes.baseline(),
                Samples.RESOURCES,
                SignOnDemands.NONE,
                "payer",
                "203.0.113.9",
                endpoint.clock.instant(),
                endpoint.clock.instant().plus(Duration.ofMinutes(10)),
                Decision.PENDING,
                Optional.empty()));
        return new PendingAuthorization(
                "id",
                "",
                "browser",
                ClientRequest.ofDevice(DEVICE, Scopes.baseline(), Samples.RESOURCES, SignOnDemands.NONE, "hash"),
                Step.CONSENT,
                false,
                Optional.empty(),
                Optional.empty(),
                endpoint.clock.instant().plus(Duration.ofMinutes(10)));
    }

    private static void assertFinished(SignOnSteps.Next next) {
        assertThat(next.finished()).isTrue();
    }

    private void assertAtOkta(URI next) {
        assertThat(next).hasHost("acme.okta.com");
        PendingAuthorization sent = pendings.find(new Secret("state-1").hash()).orElseThrow();
        assertThat(sent.step()).isEqualTo(Step.OKTA);
        assertThat(sent.upstream().orElseThrow().nonce()).isEqualTo(new Secret("nonce-1"));
        assertThat(sent.upstream().orElseThrow().codeVerifier()).isEqualTo(new Secret("verifier-1"));
    }

    private PendingAuthorization asked(URI consent) {
        String handle = consent.toString().substring(CONSENT.length());
        return pendings.find(new Secret(handle).hash()).orElseThrow();
    }

    /** Sign-ons to which none can be added. */
    private record Full(PendingAuthorizations pendings) implements PendingAuthorizations {

        @Override
        public void requireRoom() {
            throw Rejection.of(Reason.SERVER_FULL);
        }

        @Override
        public void save(PendingAuthorization pending) {
            pendings.save(pending);
        }

        @Override
        public Optional<PendingAuthorization> find(String handleHash) {
            return pendings.find(handleHash);
        }

        @Override
        public Optional<PendingAuthorization> take(String handleHash) {
            return pendings.take(handleHash);
        }
    }
}
