package org.mcpproxy.trip;

import com.nimbusds.oauth2.sdk.util.URLUtils;
import java.net.URI;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Changes what an answer in an address says, as whoever controls the browser can. */
final class AuthorizationAnswers {

    private AuthorizationAnswers() {}

    static URI with(URI answer, Map<String, String> changes) {
        Map<String, List<String>> parameters = parameters(answer);
        changes.forEach((name, value) -> parameters.put(name, List.of(value)));
        return rebuilt(answer, parameters);
    }

    static URI without(URI answer, String name) {
        Map<String, List<String>> parameters = parameters(answer);
        parameters.remove(name);
        return rebuilt(answer, parameters);
    }

    private static Map<String, List<String>> parameters(URI answer) {
        return new LinkedHashMap<>(URLUtils.parseParameters(answer.getRawQuery()));
    }

    private static URI rebuilt(URI answer, Map<String, List<String>> parameters) {
        String address = answer.toString().split("\\?", 2)[0];
        return URI.create(address + "?" + URLUtils.serializeParameters(parameters));
    }
}
