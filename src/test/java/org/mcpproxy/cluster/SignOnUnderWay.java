package org.mcpproxy.cluster;

import java.net.URI;
import java.util.Map;
import java.util.function.Supplier;
import org.mcpproxy.system.Address;
import org.mcpproxy.system.Answer;
import org.mcpproxy.system.Browser;
import org.mcpproxy.system.OAuthClient;
import org.mcpproxy.system.Page;

/** Somebody in the middle of a sign-on. */
final class SignOnUnderWay {

    private static final String PERSON = "bob";

    private final OAuthClient client;
    private final Browser browser;
    private final Supplier<Page> step;

    private SignOnUnderWay(OAuthClient client, Browser browser, Supplier<Page> step) {
        this.client = client;
        this.browser = browser;
        this.step = step;
    }

    /** Whose client sends the browser to the proxy. */
    static SignOnUnderWay beforeAuthorize(OAuthClient client) {
        Browser browser = new Browser();
        return new SignOnUnderWay(client, browser, () -> browser.get(client.authorizationUri()));
    }

    /** Whose client has pushed the request (RFC 9126), and sends the browser to the proxy. */
    static SignOnUnderWay pushed(OAuthClient client) {
        String requestUri =
                client.post("/oauth2/v1/par", client.authorizationParameters()).get("request_uri");
        Map<String, String> reference = Map.of("client_id", client.id(), "request_uri", requestUri);
        Browser browser = new Browser();
        return new SignOnUnderWay(client, browser, () -> browser.get(client.authorizationUri(reference)));
    }

    /** Who is looking at the consent page, and allows the client. */
    static SignOnUnderWay beforeConsent(OAuthClient client) {
        Browser browser = new Browser();
        Page consent = browser.follow(client.authorizationUri(), client.redirectUri());
        return new SignOnUnderWay(client, browser, () -> allow(browser, consent));
    }

    /** Who has signed on at Okta, which sends the browser back to the proxy. */
    static SignOnUnderWay beforeCallback(OAuthClient client, Address proxy) {
        Browser browser = new Browser();
        URI callback = proxy.at("/oauth/callback");
        Page consent = browser.follow(client.authorizationUri(), client.redirectUri());
        Page signIn = browser.follow(allow(browser, consent), callback);
        Page end = browser.follow(browser.submit(signIn, Map.of("username", PERSON, "password", PERSON)), callback);
        URI back = end.next().orElseThrow();
        return new SignOnUnderWay(client, browser, () -> browser.get(back));
    }

    /** Takes the next step; again, where it was taken before. */
    Page step() {
        return step.get();
    }

    /** Does the rest, after the next step came to this page, and redeems the code. */
    Answer finish(Page page) {
        URI end = browser.signOn(page, PERSON, client.redirectUri());
        return client.redeem(OAuthClient.parameter(end, "code"));
    }

    private static Page allow(Browser browser, Page consent) {
        return browser.submit(consent, Map.of("decision", "allow"));
    }
}
