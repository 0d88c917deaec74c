package org.mcpproxy.policy;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.List;
import java.util.Optional;

/** The policy that holds now: that of the file, as it was when it was last good. */
public class PolicyInForce {

    private static final Logger LOG = System.getLogger(PolicyInForce.class.getName());

    private final Optional<PolicySource> atStart;
    private volatile Policy policy;
    private volatile String problem;
    private Content seen;
    private Content judged;

    /** @param atStart empty where there is no policy file, and everything is open */
    public PolicyInForce(Optional<PolicySource> atStart) {
        this.atStart = atStart;
        this.policy = atStart.map(PolicySource::policy).orElse(Policy.OPEN);
        this.judged = new Content(atStart.map(PolicySource::text).orElse(""), List.of());
        this.seen = judged;
    }

    /** @param name the backend's name in the file */
    public BackendPolicy of(String name) {
        return policy.of(name);
    }

    /** Whether the file is good as it is now; if not, what it said before holds on. */
    public boolean isGood() {
        return problem == null;
    }

    /** Whether there is a file to look at. */
    boolean mayChange() {
        return atStart.isPresent();
    }

    /**
     * Looks at the file, and puts in force what is new there. Says once what is wrong with it. Only what two looks in
     * succession found is judged: a file that is being written is empty first, and then lacks its last rules.
     */
    synchronized void look() {
        atStart.ifPresent(this::look);
    }

    private void look(PolicySource source) {
        Content now = Content.of(source.file());
        if (now.equals(seen) && !now.equals(judged)) {
            judge(source, now);
            judged = now;
        }
        seen = now;
    }

    private void judge(PolicySource source, Content now) {
        try {
            policy = source.readAgain(now.readable()).policy();
            problem = null;
            LOG.log(
                    Level.INFO,
                    "The policy in {0} is in force as it is now.",
                    source.file().path());
        } catch (BadPolicyException e) {
            complain(source, e);
        }
    }

    private void complain(PolicySource source, BadPolicyException e) {
        if (!e.getMessage().equals(problem)) {
            problem = e.getMessage();
            LOG.log(
                    Level.ERROR,
                    "The policy in {0} has changed and cannot be used; the last good one holds on.\n  - {1}",
                    source.file().path(),
                    String.join("\n  - ", e.problems()));
        }
    }

    /**
     * What a look found.
     *
     * @param problems why there is no text; none where there is one
     */
    private record Content(String text, List<String> problems) {

        static Content of(PolicyFile file) {
            try {
                return new Content(file.text(), List.of());
            } catch (BadPolicyException e) {
                return new Content("", e.problems());
            }
        }

        String readable() throws BadPolicyException {
            if (!problems.isEmpty()) {
                throw new BadPolicyException(problems);
            }
            return text;
        }
    }
}
