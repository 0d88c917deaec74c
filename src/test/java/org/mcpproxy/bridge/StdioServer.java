package org.mcpproxy.bridge;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A small MCP server over stdio, with no library, that is started as a process: its tools do what servers do, and what
 * they should not.
 */
public final class StdioServer {

    private static final Pattern ID = Pattern.compile("\"id\":(\"[^\"]*\"|\\d+)");
    private static final Pattern TOKEN = Pattern.compile("\"progressToken\":(\"[^\"]*\"|\\d+)");
    private static final Pattern TOOL = Pattern.compile("\"name\":\"([a-z]+)\"");

    private final PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
    private final Map<String, String> asking = new HashMap<>();
    private final List<String> heard = new ArrayList<>();
    private final String[] arguments;

    private StdioServer(String[] arguments) {
        this.arguments = arguments;
    }

    /** The command line that starts it. */
    static List<String> command(String... arguments) {
        List<String> words = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xshare:auto",
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-cp",
                Path.of("target/test-classes").toAbsolutePath().toString(),
                StdioServer.class.getName()));
        words.addAll(List.of(arguments));
        return words;
    }

    /** The same, as a setting. */
    public static String commandLine(String arguments) {
        return String.join(" ", command()) + " " + arguments;
    }

    public static void main(String[] arguments) throws IOException {
        if (Arrays.asList(arguments).contains("die")) {
            System.exit(3);
        }
        new StdioServer(arguments).serve();
    }

    private void serve() throws IOException {
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = in.readLine(); line != null; line = in.readLine()) {
            hear(line);
        }
        if (Arrays.asList(arguments).contains("stubborn")) {
            Runtime.getRuntime().addShutdownHook(new Thread(LockSupport::park));
            LockSupport.park();
        }
    }

    private void hear(String line) throws IOException {
        String id = found(ID, line);
        if (line.contains("\"method\":\"initialize\"")) {
            result(id, "\"protocolVersion\":\"2025-11-25\",\"capabilities\":{},\"serverInfo\":{\"name\":\"s\"}");
        } else if (line.contains("\"method\":\"server/discover\"")) {
            error(id, -32602);
        } else if (line.contains("\"method\":\"tools/call\"")) {
            call(id, found(TOOL, line), line);
        } else if (line.contains("\"method\":\"notifications/")) {
            System.err.println("heard " + line);
            heard.add(line);
        } else if (line.contains("\"method\":")) {
            error(id, -32601);
        } else if (asking.containsKey(id)) {
            text(asking.remove(id), line);
        }
    }

    private void call(String id, String tool, String line) throws IOException {
        switch (tool) {
            case "env" -> text(id, new TreeMap<>(System.getenv()).toString());
            case "args" -> text(id, String.join("|", arguments));
            case "pid" -> text(id, Long.toString(ProcessHandle.current().pid()));
            case "progress" -> {
                tell("notifications/progress", "\"progressToken\":" + found(TOKEN, line) + ",\"progress\":1");
                text(id, "done");
            }
            case "ask" -> {
                asking.put("\"of-server\"", id);
                out.println(
                        "{\"jsonrpc\":\"2.0\",\"id\":\"of-server\",\"method\":\"sampling/createMessage\",\"params\":{}}");
            }
            case "tell" -> {
                tell("notifications/message", "\"level\":\"info\",\"data\":\"news\"");
                text(id, "told");
            }
            case "heard" -> text(id, heard.toString());
            case "hang" -> System.err.println("hanging " + id);
            case "garbage" -> out.println("Listening on port 8080, secret-word");
            case "long" -> out.println("x".repeat(100_000));
            case "die" -> System.exit(3);
            case "deaf" -> LockSupport.park();
            case "child" ->
                text(
                        id,
                        Long.toString(new ProcessBuilder("sleep", "600").start().pid()));
            default -> error(id, -32602);
        }
    }

    private void tell(String method, String params) {
        out.println("{\"jsonrpc\":\"2.0\",\"method\":\"" + method + "\",\"params\":{" + params + "}}");
    }

    private void text(String id, String text) {
        result(id, "\"text\":\"" + text.replace("\\", "\\\\").replace("\"", "\\\"") + "\"");
    }

    private void result(String id, String members) {
        out.println("{\"jsonrpc\":\"2.0\",\"id\":" + id + ",\"result\":{" + members + "}}");
    }

    private void error(String id, int code) {
        out.println("{\"jsonrpc\":\"2.0\",\"id\":" + id + ",\"error\":{\"code\":" + code + ",\"message\":\"no\"}}");
    }

    private static String found(Pattern pattern, String line) {
        Matcher found = pattern.matcher(line);
        return found.find() ? found.group(1) : "none";
    }
}
