package org.mcpproxy.relay;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.mcpproxy.oauth.Reason;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;

/** Reads one JSON-RPC message: its envelope, and the few members of {@code params} that rules and audit need. */
final class EnvelopeReader {

    private static final String VERSION_KEY = "io.modelcontextprotocol/protocolVersion";
    private static final int LONGEST_METHOD = 256;
    private static final Optional<String> VERSION = Optional.of("2.0");
    private static final int LONGEST_NAME = 8192;

    /** Characters. Our errors repeat it, and are written without waiting for the client only while they are short. */
    private static final int LONGEST_ID = 1024;

    /** Some parsers match keys without case (Go's does): there, {@code Method} would override {@code method}. */
    private static final Set<String> ENVELOPE = Set.of("jsonrpc", "id", "method", "params", "result", "error");

    private static final Set<String> PARAMS = Set.of("name", "uri", "_meta");

    private final JsonParser json;
    private boolean versionIsRight;
    private boolean hasId;
    private boolean hasNullId;
    private RequestId id;
    private String method;
    private boolean hasResult;
    private boolean hasError;
    private boolean lookAlikeParam;
    private Member name = Member.ABSENT;
    private Member uri = Member.ABSENT;
    private Member claim = Member.ABSENT;
    private final ParameterTargets targets;

    /** @param json stands on the message's first token */
    EnvelopeReader(JsonParser json) {
        this.json = json;
        this.targets = new ParameterTargets(json);
    }

    /** The id, as far as it was read; or null. */
    RequestId id() {
        return id;
    }

    McpMessage read() {
        require(json.currentToken() == JsonToken.START_OBJECT);
        while (json.nextToken() != JsonToken.END_OBJECT) {
            String key = json.currentName();
            json.nextToken();
            member(key);
        }
        return message();
    }

    private void member(String key) {
        switch (key) {
            case "jsonrpc" ->
                versionIsRight =
                        VERSION.equals(Member.read(json, LONGEST_METHOD).text());
            case "id" -> readId();
            case "method" -> method = text(LONGEST_METHOD);
            case "params" -> readParams();
            case "result" -> {
                hasResult = true;
                json.skipChildren();
            }
            case "error" -> {
                hasError = true;
                json.skipChildren();
            }
            default -> {
                require(!looksLike(ENVELOPE, key));
                json.skipChildren();
            }
        }
    }

    /** MCP forbids null ids; only an error that answers an unreadable request may have one. */
    private void readId() {
        require(json.currentToken() != JsonToken.VALUE_STRING || json.getStringLength() <= LONGEST_ID);
        hasNullId = json.currentToken() == JsonToken.VALUE_NULL;
        hasId = !hasNullId;
        switch (json.currentToken()) {
            case VALUE_STRING -> id = RequestId.of(json.getString());
            case VALUE_NUMBER_INT -> id = new RequestId(json.getString());
            default -> require(hasNullId);
        }
    }

    private void readParams() {
        if (json.currentToken() == JsonToken.START_ARRAY) {
            json.skipChildren();
            return;
        }
        require(json.currentToken() == JsonToken.START_OBJECT);
        while (json.nextToken() != JsonToken.END_OBJECT) {
            String key = json.currentName();
            json.nextToken();
            switch (key) {
                case "name" -> name = Member.read(json, LONGEST_NAME);
                case "uri" -> uri = Member.read(json, LONGEST_NAME);
                case "_meta" -> readMeta();
                default -> {
                    lookAlikeParam |= looksLike(PARAMS, key);
                    targets.read(key);
                }
            }
        }
    }

    private void readMeta() {
        if (json.currentToken() != JsonToken.START_OBJECT) {
            json.skipChildren();
            return;
        }
        while (json.nextToken() != JsonToken.END_OBJECT) {
            boolean version = VERSION_KEY.equals(json.currentName());
            json.nextToken();
            if (version) {
                claim = Member.read(json, LONGEST_METHOD);
            } else {
                json.skipChildren();
            }
        }
    }

    private McpMessage message() {
        require(versionIsRight);
        McpMessage.Kind kind = kind();
        require(claim.valid());
        return new McpMessage(
                kind,
                Optional.ofNullable(id),
                Optional.ofNullable(method),
                nameOf(),
                targets(),
                claim.text().map(ProtocolVersion::new));
    }

    private McpMessage.Kind kind() {
        if (method != null) {
            // With a null id it is no notification, of which nothing is asked: a lenient backend takes it for a
            // request.
            require(!hasNullId && !hasResult && !hasError);
            return hasId ? McpMessage.Kind.REQUEST : McpMessage.Kind.NOTIFICATION;
        }
        require(hasResult != hasError && (hasId || hasError));
        return McpMessage.Kind.RESPONSE;
    }

    private Optional<String> nameOf() {
        if (method == null || !McpMessage.NAMING.containsKey(method)) {
            return Optional.empty();
        }
        require(!lookAlikeParam);
        Member named = "uri".equals(McpMessage.NAMING.get(method)) ? uri : name;
        require(named.valid());
        return named.text();
    }

    /** Methods that MCP does not mirror in headers are about something too. */
    private List<Target> targets() {
        return method == null ? List.of() : targets.of(method, unmistakable(name), unmistakable(uri));
    }

    private Optional<String> unmistakable(Member member) {
        return lookAlikeParam ? Optional.empty() : member.text();
    }

    private static boolean looksLike(Set<String> names, String key) {
        return names.stream().anyMatch(name -> name.equalsIgnoreCase(key) && !name.equals(key));
    }

    private String text(int longest) {
        Member member = Member.read(json, longest);
        require(member.valid() && member.text().isPresent());
        return member.text().get();
    }

    private void require(boolean rule) {
        if (!rule) {
            throw new MalformedMessage(Reason.MESSAGE_MALFORMED, id);
        }
    }

    /** A member that should be a string. */
    private record Member(boolean valid, Optional<String> text) {

        static final Member ABSENT = new Member(true, Optional.empty());

        static Member read(JsonParser json, int longest) {
            if (json.currentToken() != JsonToken.VALUE_STRING || json.getStringLength() > longest) {
                json.skipChildren();
                return new Member(false, Optional.empty());
            }
            return new Member(true, Optional.of(json.getString()));
        }
    }
}
