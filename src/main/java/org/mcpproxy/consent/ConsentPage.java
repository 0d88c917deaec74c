package org.mcpproxy.consent;

import com.nimbusds.oauth2.sdk.GrantType;
import com.nimbusds.oauth2.sdk.Scope;
import java.util.List;
import java.util.Map;
import org.mcpproxy.authorization.ClientRequest;
import org.mcpproxy.client.Client;
import org.mcpproxy.client.RedirectUris;
import org.mcpproxy.oauth.Scopes;
import org.mcpproxy.page.Page;

/**
 * The question, in words that a person can judge: who asks, where the answer goes, for what.
 *
 * @param documentHost that publishes the client's metadata document, or null where it registered
 * @param device that shows the code, or null where the answer is redirected
 * @param user who has signed on, or null before that
 * @param resources the MCP servers that it could use
 * @param acting whether it may do anything in the person's name, and not only learn who they are
 * @param lasting whether it gets a refresh token, asked for or not
 */
record ConsentPage(
        String clientName,
        String documentHost,
        AskingDevice device,
        String server,
        String user,
        String destination,
        List<String> resources,
        boolean several,
        List<Meaning> scopes,
        boolean acting,
        boolean lasting,
        boolean loopback,
        boolean privateScheme,
        String handle,
        String csrf) {

    private static final Page PAGE = Page.named("consent");

    static ConsentPage of(
            Client client,
            ClientRequest request,
            AskingDevice device,
            String server,
            String user,
            String handle,
            String csrf) {
        boolean loopback = RedirectUris.isOnThisMachine(request.redirectUri());
        return new ConsentPage(
                client.name().map(ConsentPage::plain).orElse("An application without a name"),
                client.documentHost().orElse(null),
                device,
                server,
                user,
                request.isOfDevice() ? null : RedirectUris.destination(request.redirectUri()),
                request.resources().all(),
                request.resources().areSeveral(),
                request.scope().stream().map(Meaning::of).toList(),
                !Scopes.ofServer().containsAll(request.scope()),
                client.mayUse(GrantType.REFRESH_TOKEN),
                loopback,
                !request.isOfDevice() && !loopback && !RedirectUris.isHttps(request.redirectUri()),
                handle,
                csrf);
    }

    String html() {
        return PAGE.render(this);
    }

    /** Without control, formatting and line characters, by which a name could reorder or hide the text around it. */
    private static String plain(String name) {
        String plain = name.replaceAll("[\\p{Cc}\\p{Cf}\\p{Zl}\\p{Zp}\\p{Co}\\p{Cn}]", "")
                .replaceAll("\\s+", " ")
                .trim();
        return plain.isEmpty() ? "An application without a name" : plain;
    }

    /** What a scope means to a person. */
    record Meaning(String name, String meaning) {

        private static final String OF_POLICY = "Also use those of them that need this permission";

        private static final Map<Scope.Value, String> OURS = Map.of(
                Scopes.MCP, "Use the MCP server's tools, resources and prompts as you",
                Scopes.OFFLINE_ACCESS, "Stay connected while you are away",
                Scopes.OPENID, "Know you again by your user id, and when you signed in",
                Scopes.PROFILE, "See your name",
                Scopes.EMAIL, "See your e-mail address");

        static Meaning of(Scope.Value scope) {
            return new Meaning(scope.getValue(), OURS.getOrDefault(scope, OF_POLICY));
        }
    }
}
