package org.mcpproxy.config;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.mcpproxy.policy.BadPolicyException;
import org.mcpproxy.policy.PolicyFile;
import org.mcpproxy.policy.PolicySource;

/** Reads {@code POLICY_FILE}, and the file that it names. */
final class PolicySettingReader {

    private static final String SETTING = "POLICY_FILE";

    private final Values values;

    PolicySettingReader(Values values) {
        this.values = values;
    }

    /** Empty where there is none, and where a problem was found. */
    Optional<PolicySource> read(Backends backends) {
        Path path = values.parsed(SETTING, PolicySettingReader::path);
        return path == null ? Optional.empty() : read(new PolicyFile(path, names(backends)));
    }

    private Optional<PolicySource> read(PolicyFile file) {
        try {
            return Optional.of(PolicySource.read(file));
        } catch (BadPolicyException e) {
            e.problems().forEach(problem -> values.problem(SETTING, "(" + file.path() + "): " + problem));
            return Optional.empty();
        }
    }

    private Set<String> names(Backends backends) {
        Set<Backend> all = backends.paths().stream()
                .map(path -> backends.at(path).orElseThrow())
                .collect(Collectors.toSet());
        Set<String> names = all.stream().map(Backend::policyName).collect(Collectors.toSet());
        if (names.size() < all.size()) {
            values.problem(
                    SETTING,
                    "cannot tell the backend mcp of MCP_BACKENDS from that of MCP_BACKEND, which it calls mcp too. Rename"
                            + " one.");
        }
        return names;
    }

    static Path path(String text) throws BadSetting {
        try {
            return Path.of(text).toAbsolutePath();
        } catch (InvalidPathException e) {
            throw new BadSetting("must be the path of a file.");
        }
    }
}
