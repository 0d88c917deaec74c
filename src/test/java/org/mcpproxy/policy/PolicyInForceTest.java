package org.mcpproxy.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.mcpproxy.oauth.AuthenticationEvent;

/** The file changes while the server runs. */
class PolicyInForceTest {

    private static final Subject ANYBODY =
            new Subject(Set.of(), Set.of(), Optional.of(AuthenticationEvent.UNKNOWN), Instant.EPOCH);
    private static final String CLOSED = "files.tools.read.deny=true\n";
    private static final String OPENED = "files.tools.read.groups=*  \n";

    private final List<LogRecord> log = new ArrayList<>();
    private final Logger logger = Logger.getLogger(PolicyInForce.class.getName());
    private final Handler handler = new Noting();

    @TempDir
    private Path folder;

    private Path file;
    private PolicyInForce policy;

    @BeforeEach
    void start() throws Exception {
        file = Files.writeString(folder.resolve("policy.properties"), CLOSED);
        policy = new PolicyInForce(Optional.of(PolicySource.read(new PolicyFile(file, Set.of("files")))));
        logger.addHandler(handler);
    }

    @AfterEach
    void stop() {
        logger.removeHandler(handler);
    }

    @Test
    void whatIsNewInTheFileIsInForceAtTheNextLook() throws Exception {
        write(OPENED);
        assertThat(mayRead()).isFalse();
        policy.look();
        assertThat(mayRead()).isTrue();
        policy.look();
        assertThat(log).hasSize(1);
    }

    /** A clock that is coarse, or a copy that keeps times, must hide no change. */
    @Test
    void aChangeOfTheSameLengthAndTimeIsSeen() throws Exception {
        FileTime before = Files.getLastModifiedTime(file);
        String sameLength = "files.tools.read.groups=*  \n".substring(0, 26) + "\n";
        write(sameLength);
        Files.setLastModifiedTime(file, before);
        assertThat(sameLength).hasSameSizeAs(CLOSED);
        policy.look();
        assertThat(mayRead()).isTrue();
    }

    @Test
    void aBadFileKeepsTheLastGoodOneAndSaysSoOnce() throws Exception {
        write(OPENED);
        policy.look();
        write("files.tools.read=?\nothers.groups=a\n");
        policy.look();
        policy.look();

        assertThat(mayRead()).isTrue();
        assertThat(policy.isGood()).isFalse();
        assertThat(log).hasSize(2);
        assertThat(log.get(1).getParameters()[1].toString()).contains("files.tools.read is no", "others.groups must");
        write(OPENED);
        policy.look();
        assertThat(policy.isGood()).isTrue();
        assertThat(log).hasSize(3);
    }

    @Test
    void aFileThatHasGoneOpensNothing() throws Exception {
        Files.delete(file);
        policy.look();
        assertThat(mayRead()).isFalse();
        assertThat(policy.isGood()).isFalse();
    }

    @Test
    void aFileThatIsNoTextOpensNothing() throws Exception {
        Files.write(file, new byte[] {(byte) 0xC3, 0x28});
        policy.look();
        assertThat(policy.isGood()).isFalse();
        Files.write(file, new byte[1024 * 1024 + 1]);
        policy.look();
        assertThat(policy.isGood()).isFalse();
        assertThat(log).hasSize(2);
    }

    @Test
    void aNewScopeNeedsANewStart() throws Exception {
        write("files.tools.read.scopes=files.read\n");
        policy.look();
        assertThat(mayRead()).isFalse();
        assertThat(policy.isGood()).isFalse();
        assertThat(log.get(0).getParameters()[1].toString()).contains("The scope files.read is new for files");
    }

    @Test
    void withoutAFileEverythingIsOpenAndNothingIsLookedAt() {
        PolicyInForce none = new PolicyInForce(Optional.empty());
        none.look();
        assertThat(none.mayChange()).isFalse();
        assertThat(none.isGood()).isTrue();
        assertThat(none.of("files").isOpen()).isTrue();
    }

    @Test
    void aFileThatIsNotThereIsBad() {
        assertThatThrownBy(() -> PolicySource.read(new PolicyFile(folder.resolve("none"), Set.of("files"))))
                .isInstanceOf(BadPolicyException.class)
                .hasMessage("The file cannot be read.");
    }

    private void write(String text) throws IOException {
        Files.writeString(file, text);
    }

    private boolean mayRead() {
        return policy.of("files").decide(Kind.TOOL, ANYBODY, "read").equals(Decision.PERMIT);
    }

    private final class Noting extends Handler {

        @Override
        public void publish(LogRecord entry) {
            log.add(entry);
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
    }
}
