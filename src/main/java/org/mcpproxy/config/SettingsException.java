package org.mcpproxy.config;

import java.util.List;

/**
 * The settings do not allow a start. Its message is for the person who runs the server: it names every setting that is
 * missing or wrong and how to mend it, and never a secret's value.
 */
public final class SettingsException extends RuntimeException {

    private final transient List<String> problems;

    /** @param problems one sentence or two for each setting, beginning with its name */
    public SettingsException(List<String> problems) {
        super(message(problems), null, false, false);
        this.problems = List.copyOf(problems);
    }

    /** One sentence or two for each setting, beginning with its name. */
    public List<String> problems() {
        return problems;
    }

    private static String message(List<String> problems) {
        return "Okta MCP OAuth Proxy cannot start. "
                + (problems.size() == 1 ? "One setting" : problems.size() + " settings")
                + " must be mended:\n  - "
                + String.join("\n  - ", problems)
                + "\nGive them in the environment or in .env (.env.example explains each), then start again.";
    }
}
