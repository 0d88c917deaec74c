package org.mcpproxy.authorization;

import com.nimbusds.oauth2.sdk.GrantType;
import com.nimbusds.oauth2.sdk.OAuth2Error;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.net.URI;
import java.time.Clock;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import java.util.Set;
import java.util.random.RandomGenerator;
import org.mcpproxy.authorization.PendingAuthorization.Step;
import org.mcpproxy.authorization.PendingAuthorization.Upstream;
import org.mcpproxy.client.ClientLookup;
import org.mcpproxy.config.Settings;
import org.mcpproxy.grant.Approvals;
import org.mcpproxy.grant.Approvals.Approval;
import org.mcpproxy.grant.DeviceAuthorizations;
import org.mcpproxy.grant.Grant;
import org.mcpproxy.grant.Granting;
import org.mcpproxy.grant.Grants;
import org.mcpproxy.oauth.Reason;
import org.mcpproxy.oauth.Rejection;
import org.mcpproxy.oauth.Secret;
import org.mcpproxy.upstream.IdentityProvider;
import org.mcpproxy.upstream.SignOnDemands;
import org.mcpproxy.upstream.SignOnRequest;

/**
 * The one place that decides where a sign-on goes next. No step knows the step after it: each changes what is pending
 * and asks here.
 *
 * <pre>
 * requested ──── not allowed yet ───▶ consent page
 *     │ allowed, or remembered
 *     ▼
 *   Okta ──▶ callback: the grant is opened
 *     │
 *     ├── this user has no live approval ──▶ consent page
 *     ▼
 *   back to the client, with a code; or, for a device, which fetches its answer, to a page
 * </pre>
 */
@Singleton
public class SignOnSteps {

    private static final Logger LOG = System.getLogger(SignOnSteps.class.getName());

    private static final int ID_LENGTH = 12;

    /** How a sign-on fails that was not fresh or strong enough. */
    private static final Set<Reason> NOT_AS_DEMANDED =
            Set.of(Reason.AUTHENTICATION_TOO_OLD, Reason.AUTHENTICATION_CLASS_UNMET);

    private final PendingAuthorizations pendings;
    private final ClientLookup clients;
    private final IdentityProvider okta;
    private final Grants grants;
    private final Granting granting;
    private final Approvals approvals;
    private final DeviceAuthorizations devices;
    private final AuthorizationAnswer answer;
    private final Settings settings;
    private final RandomGenerator random;
    private final Clock clock;

    @Inject
    public SignOnSteps(
            PendingAuthorizations pendings,
            ClientLookup clients,
            IdentityProvider okta,
            Grants grants,
            Granting granting,
            Approvals approvals,
            DeviceAuthorizations devices,
            AuthorizationAnswer answer,
            Settings settings,
            RandomGenerator random,
            Clock clock) {
        this.pendings = pendings;
        this.clients = clients;
        this.okta = okta;
        this.grants = grants;
        this.granting = granting;
        this.approvals = approvals;
        this.devices = devices;
        this.answer = answer;
        this.settings = settings;
        this.random = random;
        this.clock = clock;
    }

    /**
     * Begins a sign-on, and binds it to the browser that asks for it.
     *
     * @param remembered as with {@link #next}
     * @throws Rejection {@code SERVER_FULL}, and as {@link #next}
     */
    public Begun begin(ClientRequest request, boolean remembered) {
        pendings.requireRoom();
        Secret browser = Secret.random(random);
        PendingAuthorization pending = new PendingAuthorization(
                Secret.random(random).value().substring(0, ID_LENGTH),
                "",
                browser.hash(),
                request,
                Step.CONSENT,
                false,
                Optional.empty(),
                Optional.empty(),
                clock.instant().plus(settings.lifetimes().signOn()));
        return new Begun(next(pending, remembered).location(), pending.id(), browser);
    }

    /**
     * Where the browser goes next.
     *
     * @param pending taken out of the store; its handle is used up
     * @param remembered whether the browser remembers a consent, which spares the question before the sign-on
     * @throws Rejection as {@link IdentityProvider#begin(SignOnDemands)} where the browser should go to Okta and cannot
     */
    public Next next(PendingAuthorization pending, boolean remembered) {
        if (pending.grantId().isPresent()) {
            return afterSignOn(pending);
        }
        return pending.approved() || remembered ? toOkta(pending) : ask(pending, Step.CONSENT);
    }

    private Next afterSignOn(PendingAuthorization pending) {
        Grant grant =
                grants.find(pending.grantId().orElseThrow()).orElseThrow(() -> Rejection.of(Reason.SIGN_ON_UNKNOWN));
        requireSameClient(pending.request());
        Approval approval = approval(pending.request(), grant);
        if (pending.approved()) {
            approvals.approve(approval);
        } else if (!approvals.isApproved(approval)) {
            return ask(pending, Step.APPROVAL);
        }
        return pending.request().isOfDevice() ? toDevice(pending, grant) : toClient(pending, grant);
    }

    private Next toClient(PendingAuthorization pending, Grant grant) {
        ClientRequest request = pending.request();
        Secret code = granting.issueCode(
                grant.id(),
                request.clientId(),
                request.redirectUri(),
                request.codeChallenge(),
                request.identity().nonce(),
                request.keyThumbprint());
        LOG.log(Level.DEBUG, "Sign-on {0}: back to the client with a code", pending.id());
        return new Next(answer.success(request, code), true);
    }

    /** The device itself is elsewhere, and hears of it when it asks. */
    private Next toDevice(PendingAuthorization pending, Grant grant) {
        if (!devices.allow(pending.request().deviceCodeHash().orElseThrow(), grant.id())) {
            throw Rejection.of(Reason.DEVICE_SIGN_ON_OVER);
        }
        LOG.log(Level.DEBUG, "Sign-on {0}: the device may fetch its tokens", pending.id());
        return new Next(settings.at("/oauth/device/done"), true);
    }

    /**
     * Whether Okta, or what the client demands of the sign-on, stands against it, so that another try would come to the same.
     * Okta may say so before the person is there, where the request is pushed to it.
     */
    public static boolean isFinal(Reason reason) {
        return isDenial(reason) || NOT_AS_DEMANDED.contains(reason);
    }

    private static boolean isDenial(Reason reason) {
        return OAuth2Error.ACCESS_DENIED.getCode().equals(reason.error().getCode());
    }

    /**
     * Where the browser goes of a sign-on that has come to nothing, and is taken out of the store.
     *
     * @throws Rejection where it is for the person to read: of a device, whatever is no refusal, as it can be tried again; and that
     *     the sign-on was not as the device demands, which is one
     */
    public URI refused(ClientRequest request, Reason reason) {
        if (!request.isOfDevice()) {
            return answer.error(request.redirectUri(), request.state(), reason);
        }
        if (isFinal(reason)) {
            deny(request);
        }
        if (!isDenial(reason)) {
            throw Rejection.of(reason);
        }
        return settings.at("/oauth/device/denied");
    }

    private void deny(ClientRequest request) {
        if (!devices.deny(request.deviceCodeHash().orElseThrow())) {
            throw Rejection.of(Reason.DEVICE_SIGN_ON_OVER);
        }
    }

    /** While the person was at Okta the client may have gone, or have taken back where its answers go. */
    private void requireSameClient(ClientRequest request) {
        boolean same = request.isOfDevice()
                ? clients.mayAskForAnswer(request.clientId(), GrantType.DEVICE_CODE)
                : clients.mayBeAnswered(request.clientId(), request.redirectUri());
        if (!same) {
            throw Rejection.of(Reason.SIGN_ON_UNKNOWN);
        }
    }

    private Next ask(PendingAuthorization pending, Step step) {
        LOG.log(Level.DEBUG, "Sign-on {0}: the person is asked ({1})", pending.id(), step);
        Secret handle = Secret.random(random);
        pendings.save(pending.asking(step, handle));
        return new Next(settings.at("/oauth/consent?request=" + handle.value()), false);
    }

    /** State, nonce and verifier are made only now: before consent nothing of this sign-on is known to Okta. */
    private Next toOkta(PendingAuthorization pending) {
        SignOnDemands demands = pending.request().demands();
        SignOnRequest signOn = okta.begin(demands);
        Upstream kept = new Upstream(
                signOn.codeVerifier(),
                signOn.nonce(),
                demands.authenticatedSince(clock.instant().truncatedTo(ChronoUnit.SECONDS)));
        LOG.log(Level.DEBUG, "Sign-on {0}: to Okta", pending.id());
        pendings.save(pending.sentToOkta(signOn.state(), kept));
        return new Next(signOn.location(), false);
    }

    private Approval approval(ClientRequest request, Grant grant) {
        return new Approval(
                grant.user().organization(),
                grant.user().id(),
                request.clientId(),
                request.redirectUri(),
                request.scope(),
                request.resources(),
                clock.instant().plus(settings.lifetimes().consent()));
    }

    /**
     * Where the browser goes next.
     *
     * @param finished whether that is the client: the sign-on needs this browser no more
     */
    public record Next(URI location, boolean finished) {}

    /**
     * A sign-on that has begun.
     *
     * @param location where the browser goes next
     * @param id names the sign-on in the browser's cookie
     * @param browser what that cookie holds
     */
    public record Begun(URI location, String id, Secret browser) {}
}
