package org.mcpproxy.relay;

import java.nio.CharBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.BiPredicate;
import java.util.function.Consumer;
import org.mcpproxy.oauth.Reason;
import org.mcpproxy.oauth.Rejection;
import org.mcpproxy.policy.BackendPolicy;
import org.mcpproxy.policy.Kind;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;

/**
 * Takes out of list results what a caller may not use. Lists are known by their shape, as a resumed stream brings answers
 * to requests that came by another way. All else stays as it is, byte for byte.
 *
 * @param visible says whether the caller may use something, by its kind and name
 */
record ListedThings(BiPredicate<Kind, String> visible) {

    private static final Map<String, Kind> METHODS = Map.of(
            "tools/list", Kind.TOOL,
            "resources/list", Kind.RESOURCE,
            "resources/templates/list", Kind.RESOURCE,
            "prompts/list", Kind.PROMPT);

    /** Members of a result that are lists, and the member of each of their things that names it. */
    private static final Map<String, Listed> LISTS = Map.of(
            "tools", new Listed(Kind.TOOL, "name"),
            "resources", new Listed(Kind.RESOURCE, "uri"),
            "resourceTemplates", new Listed(Kind.RESOURCE, "uriTemplate"),
            "prompts", new Listed(Kind.PROMPT, "name"));

    static boolean isList(String method) {
        return METHODS.containsKey(method);
    }

    static boolean isListedBy(BackendPolicy rules, McpMessage message) {
        return message.method().map(METHODS::get).filter(rules::restricts).isPresent();
    }

    /**
     * One JSON-RPC message, or a batch, without what is not visible.
     *
     * @return the same text where nothing had to be taken out
     * @throws Rejection {@code POLICY_CANNOT_READ} where it is not JSON, or could be read in two ways
     */
    String filtered(String text) {
        char[] signs = text.toCharArray();
        TextCuts cuts = new TextCuts(text);
        try (JsonParser json = MessageReader.parser(CharBuffer.wrap(signs))) {
            JsonToken first = json.nextToken();
            if (first == JsonToken.START_ARRAY) {
                while (json.nextToken() != JsonToken.END_ARRAY) {
                    message(json, cuts);
                }
            } else if (first != null) {
                message(json, cuts);
            }
            if (first == null || json.nextToken() != null) {
                throw Rejection.of(Reason.POLICY_CANNOT_READ);
            }
        } catch (JacksonException e) {
            throw Rejection.of(Reason.POLICY_CANNOT_READ);
        }
        return cuts.changed();
    }

    private void message(JsonParser json, TextCuts cuts) {
        members(json, key -> {
            if (key.equals("result")) {
                result(json, cuts);
            } else {
                json.skipChildren();
            }
        });
    }

    private void result(JsonParser json, TextCuts cuts) {
        boolean[] listing = new boolean[1];
        int[] shared = {-1, -1};
        members(json, key -> {
            Listed listed = LISTS.get(key);
            if (listed != null && json.currentToken() == JsonToken.START_ARRAY) {
                listing[0] = true;
                list(json, listed, cuts);
            } else if (key.equals("cacheScope")
                    && json.currentToken() == JsonToken.VALUE_STRING
                    && !json.getString().equals("private")) {
                shared[0] = start(json);
                json.finishToken();
                shared[1] = end(json);
            } else {
                json.skipChildren();
            }
        });
        if (listing[0] && shared[0] >= 0) {
            // Others may see another list (MCP 2026-07-28, Caching).
            cuts.replace(shared[0], shared[1], "\"private\"");
        }
    }

    private void list(JsonParser json, Listed listed, TextCuts cuts) {
        int open = end(json);
        List<int[]> kept = new ArrayList<>();
        boolean whole = true;
        while (json.nextToken() != JsonToken.END_ARRAY) {
            int start = start(json);
            boolean stays = isVisible(json, listed);
            json.finishToken();
            if (stays) {
                kept.add(new int[] {start, end(json)});
            }
            whole &= stays;
        }
        if (!whole) {
            cuts.keep(open, start(json), kept);
        }
    }

    /** What has no name that can be read, no rule can allow. */
    private boolean isVisible(JsonParser json, Listed listed) {
        String[] name = new String[1];
        members(json, key -> {
            if (key.equals(listed.naming()) && json.currentToken() == JsonToken.VALUE_STRING) {
                name[0] = json.getString();
            } else {
                json.skipChildren();
            }
        });
        return name[0] != null && visible.test(listed.kind(), name[0]);
    }

    /** Goes through the members of an object, if it is one. */
    private static void members(JsonParser json, Consumer<String> member) {
        if (json.currentToken() != JsonToken.START_OBJECT) {
            json.skipChildren();
            return;
        }
        while (json.nextToken() != JsonToken.END_OBJECT) {
            String key = json.currentName();
            json.nextToken();
            member.accept(key);
        }
    }

    private static int start(JsonParser json) {
        return (int) json.currentTokenLocation().getCharOffset();
    }

    private static int end(JsonParser json) {
        return (int) json.currentLocation().getCharOffset();
    }

    private record Listed(Kind kind, String naming) {}
}
