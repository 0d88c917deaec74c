package org.mcpproxy.client.preregistered;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import net.minidev.json.JSONObject;

/** The members of one entry of the file, by their types, and what is wrong with them so far. */
final class Members {

    private final JSONObject json;
    private final Set<String> problems = new LinkedHashSet<>();
    private String name;

    /** @param name of the entry in what is said of it, until it has another */
    Members(JSONObject json, String name) {
        this.json = json;
        this.name = name;
    }

    void rename(String better) {
        name = better;
    }

    List<String> problems() {
        return List.copyOf(problems);
    }

    boolean isGood() {
        return problems.isEmpty();
    }

    /** @param sentence goes on from the entry's name */
    void problem(String sentence) {
        problems.add(name + ": " + sentence);
    }

    void require(boolean holds, String otherwise) {
        if (!holds) {
            problem(otherwise);
        }
    }

    /** One that is misspelt would be believed to hold. */
    void requireKnown(Set<String> known) {
        json.keySet().stream()
                .filter(member -> !known.contains(member))
                .sorted()
                .forEach(member -> problem(shown(member) + " is no member that is known here."));
    }

    boolean has(String member) {
        return json.containsKey(member);
    }

    Optional<String> text(String member) {
        Object value = json.get(member);
        if (value instanceof String text && !text.isBlank()) {
            return Optional.of(text);
        }
        require(!has(member), member + " must be a text.");
        return Optional.empty();
    }

    Optional<List<String>> texts(String member) {
        Object value = json.get(member);
        if (value instanceof List<?> list && list.stream().allMatch(Members::isText)) {
            return Optional.of(list.stream().map(String.class::cast).toList());
        }
        require(!has(member), member + " must be an array of texts.");
        return Optional.empty();
    }

    Optional<JSONObject> object(String member) {
        Object value = json.get(member);
        if (value instanceof JSONObject object) {
            return Optional.of(object);
        }
        require(!has(member), member + " must be an object.");
        return Optional.empty();
    }

    /** False where it is left out. */
    boolean flag(String member) {
        Object value = json.get(member);
        require(!has(member) || value instanceof Boolean, member + " must be true or false.");
        return Boolean.TRUE.equals(value);
    }

    private static boolean isText(Object value) {
        return value instanceof String text && !text.isBlank();
    }

    /** Nothing but plain letters of what may be anything. */
    private static String shown(String member) {
        return member.matches("[A-Za-z0-9_#-]{1,60}") ? member : "A member whose name has other signs than letters";
    }
}
