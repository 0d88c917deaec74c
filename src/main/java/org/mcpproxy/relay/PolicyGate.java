package org.mcpproxy.relay;

import com.nimbusds.oauth2.sdk.Scope;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.mcpproxy.audit.AuditEvent;
import org.mcpproxy.audit.AuditLog;
import org.mcpproxy.config.RelayLimits;
import org.mcpproxy.oauth.Reason;
import org.mcpproxy.oauth.Rejection;
import org.mcpproxy.oauth.RequiredSignOn;
import org.mcpproxy.policy.BackendPolicy;
import org.mcpproxy.policy.CanonicalName;
import org.mcpproxy.policy.Decision;
import org.mcpproxy.policy.PolicyInForce;
import org.mcpproxy.policy.Subject;
import org.mcpproxy.web.BodyBudget;

/** Holds requests, and the lists in their answers, against the policy (docs/policy.md). */
@Singleton
public class PolicyGate {

    private final PolicyInForce policy;
    private final CallerProfiles profiles;
    private final AuditLog audit;
    private final Clock clock;
    private final int longest;

    /** @param longest bytes of an answer that is read as a whole, whatever its backend takes of requests */
    PolicyGate(PolicyInForce policy, CallerProfiles profiles, AuditLog audit, Clock clock, int longest) {
        this.policy = policy;
        this.profiles = profiles;
        this.audit = audit;
        this.clock = clock;
        this.longest = longest;
    }

    @Inject
    public PolicyGate(PolicyInForce policy, CallerProfiles profiles, AuditLog audit, Clock clock, RelayLimits limits) {
        this(policy, profiles, audit, clock, limits.sizes().body());
    }

    /** Whether {@link #require} answers without asking the store. */
    boolean isAtHand(RelayRequest request) {
        return policyFor(request).isOpen() || profiles.isAtHand(request.caller());
    }

    /**
     * @return the request, with what is known of its caller
     * @throws Rejection {@code POLICY_KEEPS_OUT}, {@code POLICY_FORBIDS}, {@code SCOPE_INSUFFICIENT} with the scopes that
     *     would help, or {@code AUTHENTICATION_INSUFFICIENT} with the sign-on that would; {@code TOKEN_REVOKED} or {@code STORE_UNAVAILABLE} where the caller's groups cannot be had
     */
    RelayRequest require(RelayRequest request) {
        BackendPolicy rules = policyFor(request);
        if (rules.isOpen()) {
            return request;
        }
        Caller known = request.caller().with(profiles.of(request.caller()));
        Subject subject = subject(known);
        if (!rules.mayEnter(subject)) {
            throw Rejection.of(Reason.POLICY_KEEPS_OUT);
        }
        if (rules.restricts()) {
            List<Decision.StepUp> lacking = new ArrayList<>();
            messages(request).forEach(message -> lacking.addAll(lacking(rules, subject, message)));
            if (!lacking.isEmpty()) {
                throw stepUp(request, rules, lacking);
            }
        }
        return request.with(known);
    }

    /**
     * The answer as this caller may see it: where it can hold a list of what is restricted, what they may not use is taken
     * out on the way, by the policy that is in force when it comes.
     *
     * @param request which has passed {@link #require}
     * @param share pays for the part of an answer that is held back
     * @param aside judges what is long
     * @throws Rejection {@code POLICY_CANNOT_READ} where the answer is compressed
     */
    BackendClient.Answer visible(
            RelayRequest request, BackendClient.Answer answer, BodyBudget.Share share, Aside aside) {
        BackendPolicy rules = policyFor(request);
        boolean listing = isListing(request, rules);
        if (!listing && !mayBringAnother(request, rules)) {
            return answer;
        }
        Subject subject = subject(request.caller());
        ListedThings things = new ListedThings(
                (kind, name) -> !(policyFor(request).decide(kind, subject, name) instanceof Decision.Deny));
        return FilteredAnswer.of(
                answer,
                things,
                new Withheld(longest, share),
                aside,
                listing ? Optional.of(JsonRpcError.body(Reason.POLICY_CANNOT_READ, request.id())) : Optional.empty(),
                () -> audit(request, Reason.POLICY_CANNOT_READ));
    }

    /**
     * Holds an answer that goes on against the policy that is in force by now.
     *
     * @param filtered whether it is one that {@link #visible} has changed
     * @throws Rejection {@code POLICY_CANNOT_READ} where something would have to be taken out of one that began while nothing
     *     had to; {@code POLICY_KEEPS_OUT} where its caller listens, and may no longer enter
     */
    void requireStill(RelayRequest request, boolean filtered) {
        BackendPolicy rules = policyFor(request);
        if (rules.isOpen()) {
            return;
        }
        if (!filtered && (isListing(request, rules) || mayBringAnother(request, rules))) {
            throw Rejection.of(Reason.POLICY_CANNOT_READ);
        }
        if (request.isToListen() && !rules.mayEnter(subject(request.caller()))) {
            throw Rejection.of(Reason.POLICY_KEEPS_OUT);
        }
    }

    private static boolean isListing(RelayRequest request, BackendPolicy rules) {
        return messages(request).stream().anyMatch(message -> ListedThings.isListedBy(rules, message));
    }

    /**
     * Whether the answer to another request may come here, which only its shape tells: on a stream that goes on with an earlier
     * one, and in a session whose client gives two requests the same id, so that the backend takes one for the other.
     */
    private static boolean mayBringAnother(RelayRequest request, BackendPolicy rules) {
        return rules.restricts()
                && (request.isToListen()
                        || request.session().isPresent()
                        || !Header.values(request.headers(), "Last-Event-ID").isEmpty());
    }

    private BackendPolicy policyFor(RelayRequest request) {
        return policy.of(request.resource().backend().policyName());
    }

    private Subject subject(Caller caller) {
        return new Subject(
                caller.profile().map(profile -> profile.groups()).orElse(Set.of()),
                Set.copyOf(caller.scope().toStringList()),
                caller.user().map(user -> caller.authentication()),
                clock.instant());
    }

    private static List<McpMessage> messages(RelayRequest request) {
        return request.message().map(McpBody::messages).orElse(List.of());
    }

    /** @return what each thing that this message is about needs, and the token lacks */
    private static List<Decision.StepUp> lacking(BackendPolicy rules, Subject subject, McpMessage message) {
        message.method().ifPresent(PolicyGate::requireNoLookAlike);
        List<Decision.StepUp> lacking = new ArrayList<>();
        for (Target target : message.targets()) {
            if (rules.restricts(target.kind())) {
                String name = target.name().orElseThrow(() -> Rejection.of(Reason.POLICY_FORBIDS));
                Decision decision = rules.decide(target.kind(), subject, name);
                if (decision instanceof Decision.Deny) {
                    throw Rejection.of(Reason.POLICY_FORBIDS);
                } else if (decision instanceof Decision.StepUp stepUp) {
                    lacking.add(stepUp);
                }
            }
        }
        return lacking;
    }

    /** One token must do for all of a batch, and what is met now must be met by the next one too. */
    private static Rejection stepUp(RelayRequest request, BackendPolicy rules, List<Decision.StepUp> lacking) {
        RequiredSignOn signOn = messages(request).stream()
                .flatMap(message -> message.targets().stream())
                .filter(target -> rules.restricts(target.kind()))
                .map(target -> rules.signOn(target.kind(), target.name().orElseThrow()))
                .reduce(RequiredSignOn.ANY, RequiredSignOn::and);
        if (!signOn.isPossible()) {
            return Rejection.of(Reason.POLICY_FORBIDS);
        }
        Set<String> scopes = new HashSet<>();
        lacking.forEach(stepUp -> scopes.addAll(stepUp.scopes()));
        boolean signedOn = lacking.stream().allMatch(stepUp -> stepUp.signOn().equals(RequiredSignOn.ANY));
        return Rejection.needing(
                signedOn ? Reason.SCOPE_INSUFFICIENT : Reason.AUTHENTICATION_INSUFFICIENT,
                challenged(request, rules, scopes),
                signOn);
    }

    /** A lenient backend might take {@code Tools/Call} for {@code tools/call}. */
    private static void requireNoLookAlike(String method) {
        String canonical = CanonicalName.of(method);
        boolean judged = ParameterTargets.isAboutSomething(canonical) || ListedThings.isList(canonical);
        if (judged && !canonical.equals(method)) {
            throw Rejection.of(Reason.POLICY_FORBIDS);
        }
    }

    /**
     * All that the client has to ask for: a new token replaces the old one, so what the old one has of this backend's
     * scopes is among it.
     */
    private static Scope challenged(RelayRequest request, BackendPolicy rules, Set<String> needed) {
        Scope scope = new Scope(request.resource().scope());
        rules.scopes().stream()
                .sorted()
                .filter(known ->
                        needed.contains(known) || request.caller().scope().contains(new Scope.Value(known)))
                .forEach(scope::add);
        return scope;
    }

    private void audit(RelayRequest request, Reason why) {
        for (McpBody.Act act : request.acts()) {
            audit.record(new AuditEvent.Refused(
                    request.trail(),
                    request.caller().user().orElse(null),
                    request.caller().client(),
                    request.resource().path(),
                    act.method(),
                    act.name(),
                    why));
        }
    }
}
