package org.mcpproxy.policy;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.Optional;

/** The policy that holds now: that of the file, as it was when it was last good. */
public class PolicyInForce {

    private static final Logger LOG = System.getLogger(PolicyInForce.class.getName());

    private final Optional<PolicySource> atStart;
    private volatile Policy policy;
    private volatile String problem;
    private String text;

    /** @param atStart empty where there is no policy file, and everything is open */
    public PolicyInForce(Optional<PolicySource> atStart) {
        this.atStart = atStart;
        this.policy = atStart.map(PolicySource::policy).orElse(Policy.OPEN);
        this.text = atStart.map(PolicySource::text).orElse("");
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

    /** Looks at the file, and puts in force what is new there. Says once what is wrong with it. */
    synchronized void look() {
        atStart.ifPresent(source -> {
            try {
                take(source, source.file().text());
            } catch (BadPolicyException e) {
                complain(source, e);
            }
        });
    }

    private void take(PolicySource source, String now) throws BadPolicyException {
        if (now.equals(text) && problem == null) {
            return;
        }
        policy = source.readAgain(now).policy();
        text = now;
        problem = null;
        LOG.log(
                Level.INFO,
                "The policy in {0} is in force as it is now.",
                source.file().path());
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
}
