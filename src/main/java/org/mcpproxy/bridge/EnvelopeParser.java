package org.mcpproxy.bridge;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.mcpproxy.bridge.Envelope.Naming;
import org.mcpproxy.bridge.Envelope.Span;
import org.mcpproxy.bridge.Envelope.TaskState;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.json.JsonFactory;

/** Finds in a text of JSON-RPC the messages, and in them what names requests. */
final class EnvelopeParser {

    private static final int DEEPEST = 200;
    private static final int MOST = 100;
    /** In characters. One that is longer takes many times its memory while it is parsed: one after another. */
    private static final int LARGE = 256 * 1024;

    private static final HolderTurns LARGE_ONES = new HolderTurns();
    private static final String SUBSCRIPTION = "io.modelcontextprotocol/subscriptionId";

    private static final JsonFactory JSON = JsonFactory.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNestingDepth(DEEPEST)
                    .maxStringLength(Integer.MAX_VALUE)
                    .build())
            .build();

    private final String text;
    private final JsonParser json;

    private String method;
    private String failure;
    private boolean answers;
    private Map<Naming, Span> names;
    private TaskParts task;

    private EnvelopeParser(String text, JsonParser json) {
        this.text = text;
        this.json = json;
    }

    /** What has been read of a task's state. */
    private static final class TaskParts {

        private String id;
        private String status;
        private boolean created;

        Optional<TaskState> state() {
            return id == null || status == null ? Optional.empty() : Optional.of(new TaskState(id, status, created));
        }
    }

    /**
     * One message, or those of a batch.
     *
     * @param holder whose turn it takes where it is large
     * @throws BadLineException where it is none
     */
    static Messages parse(String written, String holder) {
        return written.length() < LARGE ? parsed(written) : LARGE_ONES.inTurn(holder, () -> parsed(written));
    }

    private static Messages parsed(String written) {
        // Between the parts of JSON, where alone they can stand, they are as good as blanks.
        String text = written.replace('\n', ' ').replace('\r', ' ');
        char[] characters = text.toCharArray();
        try (JsonParser json = JSON.createParser(ObjectReadContext.empty(), characters, 0, characters.length)) {
            Messages messages = new EnvelopeParser(text, json).all();
            require(json.nextToken() == null);
            return messages;
        } catch (JacksonException e) {
            throw new BadLineException("a line that is not JSON");
        }
    }

    private Messages all() {
        if (json.nextToken() != JsonToken.START_ARRAY) {
            return new Messages(List.of(message()), false);
        }
        List<Envelope> messages = new ArrayList<>();
        while (json.nextToken() != JsonToken.END_ARRAY) {
            require(messages.size() < MOST);
            messages.add(message());
        }
        return new Messages(messages, true);
    }

    private Envelope message() {
        require(json.currentToken() == JsonToken.START_OBJECT);
        method = null;
        failure = null;
        answers = false;
        names = new EnumMap<>(Naming.class);
        task = new TaskParts();
        int start = start();
        while (json.nextToken() != JsonToken.END_OBJECT) {
            String key = json.currentName();
            json.nextToken();
            member(key);
        }
        int end = (int) json.currentLocation().getCharOffset();
        require(method != null ^ answers);
        names.replaceAll((naming, span) -> new Span(span.from() - start, span.to() - start));
        return new Envelope(
                text.substring(start, end),
                Optional.ofNullable(method),
                Optional.ofNullable(failure),
                Map.copyOf(names),
                task.state());
    }

    private void member(String key) {
        switch (key) {
            case "id" -> name(Naming.ID);
            case "method" -> {
                require(json.currentToken() == JsonToken.VALUE_STRING);
                method = json.getString();
            }
            case "params" -> object(this::param);
            case "result" -> {
                answers = true;
                object(this::resultMember);
            }
            case "error" -> {
                answers = true;
                object(this::errorMember);
            }
            default -> json.skipChildren();
        }
    }

    private void param(String key) {
        switch (key) {
            case "progressToken" -> name(Naming.TOKEN_TOLD);
            case "requestId" -> name(Naming.CANCELLED);
            case "_meta" -> object(this::meta);
            default -> taskMember(key);
        }
    }

    private void resultMember(String key) {
        switch (key) {
            case "_meta" -> object(this::meta);
            case "task" -> object(this::createdMember);
            default -> taskMember(key);
        }
    }

    private void createdMember(String key) {
        task.created = true;
        taskMember(key);
    }

    private void taskMember(String key) {
        if (json.currentToken() == JsonToken.VALUE_STRING && key.equals("taskId")) {
            task.id = json.getString();
        } else if (json.currentToken() == JsonToken.VALUE_STRING && key.equals("status")) {
            task.status = json.getString();
        } else {
            json.skipChildren();
        }
    }

    private void meta(String key) {
        switch (key) {
            case "progressToken" -> name(Naming.TOKEN_ASKED);
            case SUBSCRIPTION -> name(Naming.SUBSCRIPTION);
            default -> json.skipChildren();
        }
    }

    private void errorMember(String key) {
        if (key.equals("code") && json.currentToken() == JsonToken.VALUE_NUMBER_INT) {
            failure = json.getString();
        } else {
            json.skipChildren();
        }
    }

    private void object(Consumer<String> members) {
        if (json.currentToken() != JsonToken.START_OBJECT) {
            json.skipChildren();
            return;
        }
        while (json.nextToken() != JsonToken.END_OBJECT) {
            String key = json.currentName();
            json.nextToken();
            members.accept(key);
        }
    }

    /** Notes where a string or an integer stands; of other values there is nothing to say. */
    private void name(Naming naming) {
        int from = start();
        switch (json.currentToken()) {
            case VALUE_STRING -> {
                json.getString();
                names.put(naming, new Span(from, (int) json.currentLocation().getCharOffset()));
            }
            case VALUE_NUMBER_INT ->
                names.put(naming, new Span(from, from + json.getString().length()));
            default -> json.skipChildren();
        }
    }

    private int start() {
        return (int) json.currentTokenLocation().getCharOffset();
    }

    private static void require(boolean rule) {
        if (!rule) {
            throw new BadLineException("a line that is no JSON-RPC message");
        }
    }
}
