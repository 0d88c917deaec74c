package org.mcpproxy.relay;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.mcpproxy.policy.Kind;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;

/** Gathers from {@code params} which tools, resources and prompts a message is about. */
final class ParameterTargets {

    /** The methods that are about one thing, by a member of {@code params} itself. */
    private static final Map<String, Kind> NAMING = Map.of(
            "tools/call", Kind.TOOL,
            "prompts/get", Kind.PROMPT,
            "resources/read", Kind.RESOURCE,
            "resources/subscribe", Kind.RESOURCE,
            "resources/unsubscribe", Kind.RESOURCE);

    /** By {@code ref}: MCP 2025-11-25, Completion. */
    private static final String COMPLETING = "completion/complete";

    /** By {@code notifications.resourceSubscriptions}: MCP 2026-07-28, Subscriptions. */
    private static final String LISTENING = "subscriptions/listen";

    private static final Set<String> NESTED = Set.of("ref", "notifications");
    private static final Set<String> REFERENCE = Set.of("name", "uri");
    private static final String SUBSCRIPTIONS = "resourceSubscriptions";
    private static final int MOST_SUBSCRIPTIONS = 1000;
    private static final int LONGEST = 8192;

    private final JsonParser json;
    private final List<Target> referred = new ArrayList<>();
    private final List<Target> subscribed = new ArrayList<>();
    private boolean lookAlike;

    ParameterTargets(JsonParser json) {
        this.json = json;
    }

    /** All methods that are about something. */
    static boolean isAboutSomething(String method) {
        return NAMING.containsKey(method) || method.equals(COMPLETING) || method.equals(LISTENING);
    }

    /** @param key of a member of {@code params} that nobody else reads; the parser stands on its value */
    void read(String key) {
        lookAlike |= looksLike(NESTED, key);
        if (json.currentToken() != JsonToken.START_OBJECT) {
            json.skipChildren();
        } else if (key.equals("ref")) {
            readReference();
        } else if (key.equals("notifications")) {
            readNotifications();
        } else {
            json.skipChildren();
        }
    }

    /**
     * @param name {@code params.name}, where it is a string and has no look-alike
     * @param uri {@code params.uri}, likewise
     */
    List<Target> of(String method, Optional<String> name, Optional<String> uri) {
        Kind kind = NAMING.get(method);
        if (kind != null) {
            return List.of(new Target(kind, kind == Kind.RESOURCE ? uri : name));
        }
        if (method.equals(COMPLETING)) {
            return lookAlike || referred.isEmpty()
                    ? List.of(Target.unknown(Kind.PROMPT), Target.unknown(Kind.RESOURCE))
                    : List.copyOf(referred);
        }
        if (method.equals(LISTENING)) {
            return lookAlike ? List.of(Target.unknown(Kind.RESOURCE)) : List.copyOf(subscribed);
        }
        return List.of();
    }

    private void readReference() {
        while (json.nextToken() != JsonToken.END_OBJECT) {
            String key = json.currentName();
            json.nextToken();
            lookAlike |= looksLike(REFERENCE, key);
            switch (key) {
                case "name" -> referred.add(target(Kind.PROMPT));
                case "uri" -> referred.add(target(Kind.RESOURCE));
                default -> json.skipChildren();
            }
        }
    }

    private void readNotifications() {
        while (json.nextToken() != JsonToken.END_OBJECT) {
            String key = json.currentName();
            json.nextToken();
            lookAlike |= looksLike(Set.of(SUBSCRIPTIONS), key);
            if (key.equals(SUBSCRIPTIONS)) {
                readSubscriptions();
            } else {
                json.skipChildren();
            }
        }
    }

    private void readSubscriptions() {
        if (json.currentToken() != JsonToken.START_ARRAY) {
            subscribed.add(target(Kind.RESOURCE));
            return;
        }
        while (json.nextToken() != JsonToken.END_ARRAY) {
            Target next = target(Kind.RESOURCE);
            if (subscribed.size() < MOST_SUBSCRIPTIONS) {
                subscribed.add(next);
            } else {
                subscribed.set(0, Target.unknown(Kind.RESOURCE));
            }
        }
    }

    private Target target(Kind kind) {
        if (json.currentToken() == JsonToken.VALUE_STRING && json.getStringLength() <= LONGEST) {
            return Target.of(kind, json.getString());
        }
        json.skipChildren();
        return Target.unknown(kind);
    }

    private static boolean looksLike(Set<String> names, String key) {
        return names.stream().anyMatch(name -> name.equalsIgnoreCase(key) && !name.equals(key));
    }
}
