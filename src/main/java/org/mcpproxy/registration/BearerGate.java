package org.mcpproxy.registration;

import com.nimbusds.oauth2.sdk.ParseException;
import com.nimbusds.oauth2.sdk.token.BearerAccessToken;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.util.Optional;
import java.util.function.Function;
import org.mcpproxy.audit.Trail;
import org.mcpproxy.oauth.Reason;
import org.mcpproxy.oauth.Rejection;
import org.mcpproxy.oauth.Secret;
import org.mcpproxy.web.FailedAuthentications;

/** Takes the token of a request from its {@code Authorization} header (RFC 6750 2.1) alone, and bounds how often others may try. */
@Singleton
public class BearerGate {

    private static final int UNAUTHORIZED = 401;

    private final FailedAuthentications failed;

    @Inject
    public BearerGate(FailedAuthentications failed) {
        this.failed = failed;
    }

    /**
     * @param authorization the {@code Authorization} header, or null
     * @param missing why a request without a token is refused
     * @param judge answers for a token that is right
     * @throws Rejection that the judge throws, or {@code TOO_MANY_REQUESTS}
     */
    <T> T enter(String authorization, Trail trail, Reason missing, Function<Secret, T> judge) {
        try {
            return judge.apply(token(authorization).orElseThrow(() -> Rejection.of(missing)));
        } catch (Rejection rejection) {
            if (rejection.reason().status() == UNAUTHORIZED) {
                failed.count(trail.address());
            }
            throw rejection;
        }
    }

    private static Optional<Secret> token(String authorization) {
        try {
            return Optional.of(new Secret(BearerAccessToken.parse(authorization).getValue()));
        } catch (ParseException e) {
            return Optional.empty();
        }
    }
}
