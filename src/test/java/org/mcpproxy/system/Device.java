package org.mcpproxy.system;

import com.nimbusds.oauth2.sdk.GrantType;
import java.net.URI;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import net.minidev.json.JSONObject;

/** A terminal that shows a code and asks until somebody has decided (RFC 8628), of the plainest kind. */
public final class Device {

    private final Address proxy;
    private final OAuthClient client;
    private final Answer codes;

    private Device(Address proxy, OAuthClient client, Answer codes) {
        this.proxy = proxy;
        this.client = client;
        this.codes = codes;
    }

    /** A public client that is redirected nowhere. */
    public static OAuthClient register(Address proxy) {
        JSONObject metadata = new JSONObject();
        metadata.put("client_name", "A <b>terminal</b>");
        metadata.put("grant_types", List.of(GrantType.DEVICE_CODE.getValue(), "refresh_token"));
        metadata.put("token_endpoint_auth_method", "none");
        return OAuthClient.registered(
                proxy, metadata, proxy.at("/oauth/device/done").toString());
    }

    /** One that has its codes, of a client of its own. */
    public static Device begun(Address proxy) {
        return begun(proxy, register(proxy));
    }

    public static Device begun(Address proxy, OAuthClient client) {
        return begun(proxy, client, Map.of("scope", "mcp offline_access"));
    }

    /** One that asked for this. */
    public static Device begun(Address proxy, OAuthClient client, Map<String, String> parameters) {
        Answer codes = begin(client, parameters);
        if (codes.status() != 200) {
            throw new AssertionError("No codes: " + codes.status() + " " + codes.text());
        }
        return new Device(proxy, client, codes);
    }

    /** What the device authorization endpoint answers. */
    public static Answer begin(OAuthClient client, Map<String, String> parameters) {
        Map<String, String> all = new LinkedHashMap<>(parameters);
        all.putIfAbsent("client_id", client.id());
        return client.post("/oauth2/v1/device_authorization", all);
    }

    public OAuthClient client() {
        return client;
    }

    public Answer codes() {
        return codes;
    }

    public String userCode() {
        return codes.get("user_code");
    }

    public Map<String, String> parameters() {
        Map<String, String> parameters = new LinkedHashMap<>();
        parameters.put("grant_type", GrantType.DEVICE_CODE.getValue());
        parameters.put("device_code", codes.get("device_code"));
        parameters.put("client_id", client.id());
        return parameters;
    }

    public Answer poll() {
        return client.token(parameters());
    }

    /** At one node. */
    public Answer pollAt(Address node) {
        return client.at(node).token(parameters());
    }

    /** The page that asks for the code, where it stands already. */
    public Page page(Browser browser) {
        return browser.get(URI.create(codes.get("verification_uri_complete")));
    }

    /** The question whether to allow it, at which a person is who has entered the code. */
    public Page question(Browser browser) {
        Page entered = browser.submit(page(browser), Map.of("user_code", userCode()));
        return browser.follow(entered, proxy.at("/oauth/device/done"));
    }

    /** All that a person does who allows it; answers with the page that is last. */
    public Page allow(Browser browser, String user) {
        return browser.get(browser.signOn(question(browser), user, proxy.at("/oauth/device/done")));
    }
}
