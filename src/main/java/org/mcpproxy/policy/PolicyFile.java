package org.mcpproxy.policy;

import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.mcpproxy.oauth.TextFile;

/**
 * The file that has the policy: {@link java.util.Properties} in UTF-8.
 *
 * @param backends the names that it may speak of
 */
public record PolicyFile(Path path, Set<String> backends) {

    public PolicyFile {
        backends = Set.copyOf(backends);
    }

    /** What is in it now, which nobody has judged yet. */
    String text() throws BadPolicyException {
        try {
            return TextFile.read(path);
        } catch (TextFile.Unusable e) {
            throw new BadPolicyException(List.of("The file " + e.getMessage()));
        }
    }

    /** @throws BadPolicyException which names every problem */
    Policy policy(String text) throws BadPolicyException {
        return new PolicyReader(backends).read(text);
    }
}
