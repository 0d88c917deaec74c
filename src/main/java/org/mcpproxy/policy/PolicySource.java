package org.mcpproxy.policy;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * A policy file, and what it said at the start. Its scopes hold until the next start: they are in the metadata that
 * clients keep, and in what they were granted.
 *
 * @param text what was in the file
 */
public record PolicySource(PolicyFile file, String text, Policy policy) {

    /** @throws BadPolicyException which names every problem */
    public static PolicySource read(PolicyFile file) throws BadPolicyException {
        String text = file.text();
        return new PolicySource(file, text, file.policy(text));
    }

    /**
     * What the file says now.
     *
     * @throws BadPolicyException where it needs a scope that it did not need at the start, among other problems
     */
    PolicySource readAgain(String now) throws BadPolicyException {
        Policy read = file.policy(now);
        List<String> problems = new ArrayList<>();
        for (String backend : file.backends()) {
            Set<String> known = policy.of(backend).scopes();
            read.of(backend).scopes().stream()
                    .filter(scope -> !known.contains(scope))
                    .sorted()
                    .forEach(scope -> problems.add("The scope " + scope + " is new for " + backend
                            + ". Clients learn of scopes at the start only: start the server again."));
        }
        if (!problems.isEmpty()) {
            throw new BadPolicyException(problems);
        }
        return new PolicySource(file, now, read);
    }
}
