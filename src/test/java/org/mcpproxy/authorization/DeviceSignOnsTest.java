package org.mcpproxy.authorization;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mcpproxy.fixture.Refusals.assertRefused;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.mcpproxy.authorization.DeviceSignOns.Begun;
import org.mcpproxy.client.Client;
import org.mcpproxy.fixture.KnownClients;
import org.mcpproxy.fixture.KnownDocuments;
import org.mcpproxy.fixture.Samples;
import org.mcpproxy.fixture.SettableClock;
import org.mcpproxy.grant.DeviceAuthorization;
import org.mcpproxy.oauth.KeyRing;
import org.mcpproxy.oauth.Reason;
import org.mcpproxy.oauth.Scopes;
import org.mcpproxy.oauth.Secret;
import org.mcpproxy.oauth.SecretKeyMaterial;
import org.mcpproxy.store.Store;
import org.mcpproxy.upstream.SignOnDemands;

class DeviceSignOnsTest {

    private static final Client CLIENT = Samples.device("client");

    private final SettableClock clock = new SettableClock();
    private final Store store = Store.empty(clock);
    private final KnownClients clients = new KnownClients(CLIENT, Samples.client("redirected"));
    private final UserCodes userCodes = new UserCodes(Samples.settings(), Samples.RANDOM);
    private final DeviceSignOns signOns = signOns(userCodes);

    @Test
    void theCodeThatAPersonEntersLeadsToWhatTheDeviceAskedFor() {
        Begun begun = begin("scope", Scopes.offered().toString(), "resource", Samples.RESOURCE);

        ClientRequest request = signOns.request(begun.userCode().value());

        assertThat(request.clientId()).isEqualTo("client");
        assertThat(request.scope()).isEqualTo(Scopes.offered());
        assertThat(request.resources()).isEqualTo(Samples.RESOURCES);
        assertThat(request.deviceCodeHash()).contains(begun.deviceCode().hash());
        DeviceAuthorization device = signOns.device(request).orElseThrow();
        assertThat(device.address()).isEqualTo(Samples.TRAIL.address());
        assertThat(device.expiresAt()).isEqualTo(clock.instant().plusSeconds(600));
    }

    @Test
    void whoAsksForNothingGetsTheBaselineAtTheDefaultResource() {
        ClientRequest request = signOns.request(begin().userCode().value());

        assertThat(request.scope()).isEqualTo(Scopes.baseline());
        assertThat(request.resources()).isEqualTo(Samples.RESOURCES);
    }

    /** RFC 9470 4: what the challenge named, and no more, as there is no browser of the device. */
    @Test
    void whatTheDeviceDemandsOfTheSignOnIsKeptUntilAPersonEntersTheCode() {
        Begun begun = begin("max_age", "300", "acr_values", "phr phrh", "login_hint", "bob", "prompt", "login");

        assertThat(signOns.request(begun.userCode().value()).demands())
                .isEqualTo(new SignOnDemands(
                        false, Optional.of(Duration.ofMinutes(5)), Optional.empty(), List.of("phr", "phrh")));
        Begun anew = begin("max_age", "0");
        assertThat(signOns.request(anew.userCode().value()).demands().anew()).isTrue();
        assertThat(signOns.request(begin().userCode().value()).demands()).isEqualTo(SignOnDemands.NONE);
    }

    @Test
    void aDemandThatCannotBeReadIsRefused() {
        for (String age : List.of("-1", "soon", "1e3", "9".repeat(10))) {
            assertRefused(Reason.MALFORMED_REQUEST, () -> begin("max_age", age));
        }
        assertRefused(Reason.MALFORMED_REQUEST, () -> begin("acr_values", "a".repeat(1001)));
        assertThat(column()).isEmpty();
    }

    @Test
    void aDeviceIsJudgedAsAClientThatIsRedirectedTo() {
        assertRefused(Reason.SCOPE_UNKNOWN, () -> begin("scope", "okta.users.read"));
        assertRefused(Reason.RESOURCE_UNKNOWN, () -> begin("resource", "https://evil.example/mcp"));
        assertRefused(
                Reason.GRANT_TYPE_UNREGISTERED,
                () -> signOns.begin(Samples.client("redirected"), Samples.parameters(), "payer", Samples.TRAIL));
        assertThat(column()).isEmpty();
    }

    /** It authenticated by what was known of it; what it may do is another question. */
    @Test
    void aClientThatMayNoLongerAskSoBeginsNothing() {
        clients.add(Samples.client("client"));

        assertRefused(Reason.GRANT_TYPE_UNREGISTERED, this::begin);
        assertThat(column()).isEmpty();
    }

    /** Two devices with one code: a person would allow the wrong one. */
    @Test
    void aCodeThatIsTakenIsDrawnAgainAndNeverGivenTwice() {
        AtomicInteger drawn = new AtomicInteger();
        DeviceSignOns unlucky =
                signOns(new UserCodes(Samples.settings(), () -> drawn.incrementAndGet() > 24 ? 1L << 40 : 0));
        DeviceSignOns stuck = signOns(new UserCodes(Samples.settings(), () -> 0));

        Begun first = begin(unlucky);
        Begun second = begin(unlucky);

        assertThat(first.userCode()).isNotEqualTo(second.userCode());
        assertThat(drawn).as("eight letters, of four codes").hasValue(32);
        assertRefused(Reason.SERVER_FULL, () -> begin(stuck));
        assertThat(column()).hasSize(2);
    }

    /** RFC 8628 6.1: no vowels, of which words are made, and nothing that looks like something else. */
    @Test
    void codesAreOfEightLettersAndNoTwoAreAlike() {
        Set<String> codes = new HashSet<>();
        for (int i = 0; i < 1_000; i++) {
            codes.add(userCodes.next().value());
        }

        assertThat(codes)
                .hasSize(1_000)
                .allMatch(code -> code.matches("[BCDFGHJKLMNPQRSTVWXZ]{4}-[BCDFGHJKLMNPQRSTVWXZ]{4}"));
        assertThat(String.join("", codes).chars().distinct()).hasSize(21);
    }

    @ParameterizedTest
    @ValueSource(strings = {"%s-%s", "%s%s", " %s %s ", "%s\u2013%s", "%s - %s\t"})
    void blanksDashesAndCaseDoNotMatter(String format) {
        String[] halves = begin().userCode().value().split("-");
        String entered = format.formatted(halves[0], halves[1]);

        assertThat(signOns.request(entered).clientId()).isEqualTo("client");
        assertThat(signOns.request(entered.toLowerCase(java.util.Locale.ROOT)).clientId())
                .isEqualTo("client");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "BBBB-BBBB", "AEIO-UAEI", "BCDF-GHJ", "BCDF-GHJK-L", "' OR '1'='1", "\0"})
    void whatIsNobodysCodeLeadsNowhere(String entered) {
        begin();

        assertRefused(Reason.USER_CODE_UNKNOWN, () -> signOns.request(entered));
    }

    @Test
    void aCodeLeadsNowhereOnceItExpiredOrSomebodyDecided() {
        Begun denied = begin();
        store.devices.deny(denied.deviceCode().hash());
        Begun expired = begin();
        clock.advance(Duration.ofMinutes(10));

        assertRefused(
                Reason.USER_CODE_UNKNOWN,
                () -> signOns.request(denied.userCode().value()));
        assertRefused(
                Reason.USER_CODE_UNKNOWN,
                () -> signOns.request(expired.userCode().value()));
    }

    /** There are so few of them that a plain hash would be undone in minutes. */
    @Test
    void withoutTheSecretNobodyFindsACodeFromWhatIsKept() {
        Begun begun = begin();
        String kept = column().get(0);

        assertThat(kept).isNotEqualTo(begun.userCode().hash());
        assertThat(kept).isNotEqualTo(new Secret(begun.userCode().value().replace("-", "")).hash());
        SecretKeyMaterial another =
                new SecretKeyMaterial("another secret, of 32 bytes or more".getBytes(StandardCharsets.UTF_8));
        UserCodes others = new UserCodes(Samples.settings(KeyRing.of(another)), Samples.RANDOM);
        assertRefused(
                Reason.USER_CODE_UNKNOWN,
                () -> signOns(others).request(begun.userCode().value()));

        KeyRing changed =
                new KeyRing(another, List.of(Samples.settings().secretKeys().current()));
        assertThat(signOns(new UserCodes(Samples.settings(changed), Samples.RANDOM))
                        .request(begun.userCode().value())
                        .clientId())
                .as("the secret may change meanwhile")
                .isEqualTo("client");
    }

    private DeviceSignOns signOns(UserCodes codes) {
        return new DeviceSignOns(
                store.devices, codes, KnownDocuments.none(clients), Samples.settings(), Samples.RANDOM, clock);
    }

    private Begun begin(String... namesAndValues) {
        return begin(signOns, namesAndValues);
    }

    private static Begun begin(DeviceSignOns with, String... namesAndValues) {
        return with.begin(CLIENT, Samples.parameters(namesAndValues), "payer", Samples.TRAIL);
    }

    private List<String> column() {
        return store.column("SELECT user_code_hash FROM device_authorization");
    }
}
