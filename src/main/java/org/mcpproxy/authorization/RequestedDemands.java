package org.mcpproxy.authorization;

import com.nimbusds.openid.connect.sdk.Prompt;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.mcpproxy.oauth.Parameters;
import org.mcpproxy.oauth.Reason;
import org.mcpproxy.oauth.Rejection;
import org.mcpproxy.upstream.SignOnDemands;

/** Reads what a client demands of the sign-on (OpenID Connect Core 3.1.2.1). */
final class RequestedDemands {

    /** In seconds; thirty years are enough. */
    private static final Pattern AGE = Pattern.compile("\\d{1,9}");
    /** In characters: they are kept for the time of a sign-on, and go to Okta in an address. */
    private static final int LONGEST_HINT = 320;

    private static final int LONGEST_ACR_VALUES = 1000;
    private static final Pattern BLANKS = Pattern.compile(" +");

    private RequestedDemands() {}

    /**
     * @param prompt as it was parsed, or null
     * @throws Rejection {@code MALFORMED_REQUEST}
     */
    static SignOnDemands of(Parameters parameters, Prompt prompt) {
        if (prompt != null && prompt.contains(Prompt.Type.CREATE)) {
            // nobody makes an account here, and a person who is to must not be left to believe that they did
            throw Rejection.of(Reason.MALFORMED_REQUEST);
        }
        return demands(
                parameters, isAnew(prompt), parameters.find("login_hint").map(hint -> bounded(hint, LONGEST_HINT)));
    }

    /**
     * What a device demands, which was challenged for a better sign-on (RFC 9470 4) and has no authorization endpoint: its age
     * and class.
     *
     * @throws Rejection {@code MALFORMED_REQUEST}
     */
    static SignOnDemands ofDevice(Parameters parameters) {
        return demands(parameters, false, Optional.empty());
    }

    private static SignOnDemands demands(Parameters parameters, boolean prompted, Optional<String> loginHint) {
        Optional<Duration> asked = parameters.find("max_age").map(RequestedDemands::age);
        boolean anew = prompted || asked.filter(Duration::isZero).isPresent();
        return new SignOnDemands(
                anew,
                anew ? Optional.of(Duration.ZERO) : asked,
                loginHint,
                parameters.find("acr_values").map(RequestedDemands::acrValues).orElse(List.of()));
    }

    /** Okta lets nobody select an account, but who signs on anew can name another. */
    private static boolean isAnew(Prompt prompt) {
        return prompt != null && (prompt.contains(Prompt.Type.LOGIN) || prompt.contains(Prompt.Type.SELECT_ACCOUNT));
    }

    private static Duration age(String seconds) {
        if (!AGE.matcher(seconds).matches()) {
            throw Rejection.of(Reason.MALFORMED_REQUEST);
        }
        return Duration.ofSeconds(Long.parseLong(seconds));
    }

    private static List<String> acrValues(String values) {
        return BLANKS.splitAsStream(bounded(values, LONGEST_ACR_VALUES))
                .filter(value -> !value.isEmpty())
                .toList();
    }

    private static String bounded(String value, int longest) {
        if (value.length() > longest) {
            throw Rejection.of(Reason.MALFORMED_REQUEST);
        }
        return value;
    }
}
