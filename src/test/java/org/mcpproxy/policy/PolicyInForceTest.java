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
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.mcpproxy.oauth.AuthenticationEvent;

/** The file changes while the server runs. */
class PolicyInForceTest {

    private static final Subject ANYBODY =
            new Subject(Set.of(), Set.of(), Optional.of(AuthenticationEvent.UNKNOWN), Instant.EPOCH);
    private static final String CLOSED = "files.tools.read.deny=true\n";
    private static final String OPENED = "files.tools.read.groups=*  \n";
    private static final String NO_RULE =
            "The file has no rule. Write one, or take the setting POLICY_FILE away where nothing is to be restricted.";

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
    void whatIsNewInTheFileIsInForceOnceTwoLooksHaveSeenIt() throws Exception {
        write(OPENED);
        policy.look();
        assertThat(mayRead()).isFalse();
        policy.look();
        assertThat(mayRead()).isTrue();
        policy.look();
        assertThat(log).hasSize(1);
    }

    /** The attack: a save in place empties the file first, and a cut at a line's end loses what the later lines deny. */
    @Test
    void aFileThatIsBeingWrittenIsJudgedNeitherAsGoodNorAsBad() throws Exception {
        String whole = "files.tools.default=allow\nfiles.tools.other.deny=true\n" + CLOSED;
        for (int cut = 0; cut < whole.length(); cut++) {
            write(whole.substring(0, cut));
            policy.look();
            assertThat(mayRead()).as(whole.substring(0, cut)).isFalse();
        }
        Files.delete(file);
        policy.look();
        assertThat(policy.isGood()).isTrue();
        assertThat(log).isEmpty();

        write(whole);
        lookTwice();
        assertThat(log).hasSize(1);
        assertThat(mayRead()).isFalse();
    }

    /** The attack: a full disk, or a writer that crashes, leaves nothing in the file, for good. */
    @ParameterizedTest
    @ValueSource(strings = {"", "\n", "# files.tools.read.deny=true\n"})
    void aFileWithoutAnyRuleOpensNothing(String text) throws Exception {
        write(text);
        lookTwice();
        lookTwice();
        assertThat(mayRead()).isFalse();
        assertThat(policy.isGood()).isFalse();
        assertThat(log).hasSize(1);
        assertThat(log.get(0).getParameters()[1].toString()).isEqualTo(NO_RULE);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "\n", "# files.tools.read.deny=true\n"})
    void aFileWithoutAnyRuleIsBadAtTheStart(String text) throws Exception {
        write(text);
        assertThatThrownBy(() -> PolicySource.read(new PolicyFile(file, Set.of("files"))))
                .isInstanceOf(BadPolicyException.class)
                .hasMessage(NO_RULE);
    }

    /** A clock that is coarse, or a copy that keeps times, must hide no change. */
    @Test
    void aChangeOfTheSameLengthAndTimeIsSeen() throws Exception {
        FileTime before = Files.getLastModifiedTime(file);
        String sameLength = "files.tools.read.groups=*  \n".substring(0, 26) + "\n";
        write(sameLength);
        Files.setLastModifiedTime(file, before);
        assertThat(sameLength).hasSameSizeAs(CLOSED);
        lookTwice();
        assertThat(mayRead()).isTrue();
    }

    @Test
    void aBadFileKeepsTheLastGoodOneAndSaysSoOnce() throws Exception {
        write(OPENED);
        lookTwice();
        write("files.tools.read=?\nothers.groups=a\n");
        lookTwice();

        assertThat(mayRead()).isTrue();
        assertThat(policy.isGood()).isFalse();
        assertThat(log).hasSize(2);
        assertThat(log.get(1).getParameters()[1].toString()).contains("files.tools.read is no", "others.groups must");
        write(OPENED);
        lookTwice();
        assertThat(policy.isGood()).isTrue();
        assertThat(log).hasSize(3);
    }

    @Test
    void aFileThatHasGoneOpensNothing() throws Exception {
        Files.delete(file);
        lookTwice();
        assertThat(mayRead()).isFalse();
        assertThat(policy.isGood()).isFalse();
    }

    @Test
    void aFileThatIsNoTextOpensNothing() throws Exception {
        Files.write(file, new byte[] {(byte) 0xC3, 0x28});
        lookTwice();
        assertThat(policy.isGood()).isFalse();
        Files.write(file, new byte[1024 * 1024 + 1]);
        lookTwice();
        assertThat(policy.isGood()).isFalse();
        assertThat(log).hasSize(2);
    }

    @Test
    void aNewScopeNeedsANewStart() throws Exception {
        write("files.tools.read.scopes=files.read\n");
        lookTwice();
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

    private void lookTwice() {
        policy.look();
        policy.look();
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
