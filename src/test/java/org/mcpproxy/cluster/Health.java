package org.mcpproxy.cluster;

import java.net.http.HttpRequest;
import net.minidev.json.JSONArray;
import net.minidev.json.JSONObject;
import org.mcpproxy.system.Address;
import org.mcpproxy.system.Answer;
import org.mcpproxy.system.OAuthClient;

/** What a node says of itself. */
record Health(Answer answer) {

    /** At {@code /health/ready}. */
    static Health of(Address node) {
        return at(node, "/health/ready");
    }

    /** At {@code /health/live}. */
    static Health ofLifeOf(Address node) {
        return at(node, "/health/live");
    }

    private static Health at(Address node, String path) {
        return new Health(OAuthClient.send(HttpRequest.newBuilder(node.at(path))));
    }

    boolean isUp() {
        return answer.status() == 200 && "UP".equals(answer.get("status"));
    }

    /** What it says of one part. */
    String of(String part) {
        JSONObject check = (JSONObject) ((JSONArray) answer.json().get("checks")).get(0);
        return ((JSONObject) check.get("data")).getAsString(part);
    }
}
