package org.mcpproxy.config;

import java.util.List;
import java.util.Map;
import org.mcpproxy.oauth.Secret;

/**
 * How an MCP server that speaks over standard input and output is started.
 *
 * @param words the program, as an absolute path, and its arguments; never given to a shell
 * @param environment all the environment that it gets
 */
public record StdioCommand(List<String> words, Map<String, Secret> environment) {

    public StdioCommand {
        words = List.copyOf(words);
        environment = Map.copyOf(environment);
    }

    /** Arguments may be secrets. */
    @Override
    public String toString() {
        return "StdioCommand[" + words.get(0) + "]";
    }
}
