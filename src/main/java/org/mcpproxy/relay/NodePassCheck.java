package org.mcpproxy.relay;

import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import jakarta.servlet.http.HttpServletRequest;
import java.time.Clock;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import org.mcpproxy.config.Settings;
import org.mcpproxy.grant.LiveGrants;
import org.mcpproxy.oauth.Reason;
import org.mcpproxy.oauth.Rejection;

/** Takes what another node hands on: that node has checked the client's token, and says who calls. */
@Singleton
public class NodePassCheck implements BearerCheck {

    /** The scheme of {@code Authorization} between nodes. */
    private static final String SCHEME = "Node ";

    private final NodePasses passes;
    private final LiveGrants grants;
    private final Settings settings;
    private final Clock clock;

    @Inject
    public NodePassCheck(NodePasses passes, LiveGrants grants, Settings settings, Clock clock) {
        this.passes = passes;
        this.grants = grants;
        this.settings = settings;
        this.clock = clock;
    }

    /** A pass as it is sent. */
    static Header header(String sealed) {
        return new Header("Authorization", SCHEME + sealed);
    }

    static boolean isMeant(HttpServletRequest request) {
        String authorization = request.getHeader("Authorization");
        return authorization != null && authorization.startsWith(SCHEME);
    }

    /** Whether another node wants a proof alone: nothing is handed on without a session. */
    static boolean asksForProof(HttpServletRequest request) {
        return isMeant(request) && request.getHeader(McpHeaders.SESSION) == null;
    }

    @Override
    public Checked check(HttpServletRequest request, McpEndpoint endpoint) {
        return Checked.of(caller(
                Collections.list(request.getHeaders("Authorization")),
                request.getMethod(),
                endpoint,
                Objects.requireNonNullElse(request.getHeader(McpHeaders.SESSION), "")));
    }

    /** Whether the grant still lives is asked next, so that the other node can be told that it does not. */
    Caller caller(List<String> authorizations, String method, McpEndpoint endpoint, String session) {
        if (authorizations.size() != 1) {
            throw Rejection.of(Reason.MALFORMED_REQUEST);
        }
        Caller caller = passes.open(authorizations.get(0).substring(SCHEME.length()));
        NodePass pass = caller.pass().orElseThrow();
        pass.requireAt(settings.nodeUrl());
        pass.requireFor(method, endpoint.path(), session);
        return caller;
    }

    /** As where the token was checked: our own ends with its grant, one of Okta's by itself. */
    @Override
    public boolean standing(Caller caller) {
        return caller.isStanding(grants, clock.instant());
    }
}
