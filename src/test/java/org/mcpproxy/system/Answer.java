package org.mcpproxy.system;

import com.nimbusds.oauth2.sdk.ParseException;
import com.nimbusds.oauth2.sdk.util.JSONObjectUtils;
import java.net.http.HttpResponse;
import net.minidev.json.JSONObject;

/** An answer to a program. */
public record Answer(HttpResponse<String> response) {

    public int status() {
        return response.statusCode();
    }

    public String text() {
        return response.body();
    }

    public String header(String name) {
        return response.headers().firstValue(name).orElse("");
    }

    public JSONObject json() {
        try {
            return JSONObjectUtils.parse(text());
        } catch (ParseException e) {
            throw new AssertionError("Not a JSON object, with status " + status() + ": " + text(), e);
        }
    }

    /** A member as text; empty where there is none. */
    public String get(String member) {
        Object value = json().get(member);
        return value == null ? "" : value.toString();
    }
}
