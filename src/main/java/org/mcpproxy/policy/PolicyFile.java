package org.mcpproxy.policy;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.mcpproxy.oauth.Utf8;

/**
 * The file that has the policy: {@link java.util.Properties} in UTF-8.
 *
 * @param backends the names that it may speak of
 */
public record PolicyFile(Path path, Set<String> backends) {

    private static final int MOST_BYTES = 1024 * 1024;
    private static final char BYTE_ORDER_MARK = '\uFEFF';

    public PolicyFile {
        backends = Set.copyOf(backends);
    }

    /** What is in it now, which nobody has judged yet. */
    String text() throws BadPolicyException {
        try (InputStream in = Files.newInputStream(path)) {
            byte[] bytes = in.readNBytes(MOST_BYTES + 1);
            if (bytes.length > MOST_BYTES) {
                throw bad("is longer than " + MOST_BYTES + " bytes.");
            }
            String text = Utf8.text(bytes).orElseThrow(() -> bad("is not in UTF-8."));
            return !text.isEmpty() && text.charAt(0) == BYTE_ORDER_MARK ? text.substring(1) : text;
        } catch (IOException e) {
            throw bad("cannot be read.");
        }
    }

    /** @throws BadPolicyException which names every problem */
    Policy policy(String text) throws BadPolicyException {
        return new PolicyReader(backends).read(text);
    }

    private BadPolicyException bad(String sentence) {
        return new BadPolicyException(List.of("The file " + sentence));
    }
}
