package org.mcpproxy.relay;

import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.net.URI;
import java.time.Instant;
import java.util.Base64;
import java.util.Optional;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.mcpproxy.config.Settings;
import org.mcpproxy.oauth.Rejection;
import org.mcpproxy.oauth.SealedBox;

/**
 * What clients call their sessions: the backend's own id, a full stop, and a seal that only we can make, for this backend, user,
 * client and id (MCP 2025-11-25, Session Management). So every node can tell whose a session is while the store is away.
 */
@Singleton
public class SessionNames {

    private static final String PURPOSE = "session-name";

    /** Not in base64url, so that the last one is ours. */
    private static final char SEPARATOR = '.';

    private static final String NOTED = "+";
    private static final String NOT_NOTED = "-";
    private static final String TIME_ENDS = " ";

    private final SealedBox box;

    @Inject
    public SessionNames(Settings settings, RandomGenerator random) {
        this.box = settings.secretKeys().box(PURPOSE, random);
    }

    /** @param backend its name */
    String name(String id, String backend, SessionOwner owner, SessionProof proof) {
        byte[] sealed = box.seal(text(proof), what(id, backend, owner));
        return id + SEPARATOR + Base64.getUrlEncoder().withoutPadding().encodeToString(sealed);
    }

    /** Whatever a stranger sends is a session; one that we have not named so for this owner is unproven. */
    NamedSession read(String name, String backend, SessionOwner owner) {
        int end = name.lastIndexOf(SEPARATOR);
        if (end < 0) {
            return NamedSession.unproven(name);
        }
        String id = name.substring(0, end);
        try {
            return box.open(Base64.getUrlDecoder().decode(name.substring(end + 1)), what(id, backend, owner))
                    .map(text -> new NamedSession(name, id, Optional.of(proof(text))))
                    .orElseGet(() -> NamedSession.unproven(name));
        } catch (IllegalArgumentException e) {
            return NamedSession.unproven(name);
        } catch (Rejection e) {
            // of a secret that is no longer listed: the store still knows whose it is
            return new NamedSession(name, id, Optional.empty());
        }
    }

    private static String text(SessionProof proof) {
        return proof.unnotedSince()
                        .map(openedAt -> NOT_NOTED + openedAt.getEpochSecond() + TIME_ENDS)
                        .orElse(NOTED)
                + proof.node().map(URI::toString).orElse("");
    }

    /** Former versions did not say when a session was opened that is not noted: it is taken for an old one. */
    private static SessionProof proof(String text) {
        String rest = text.substring(NOTED.length());
        if (text.startsWith(NOTED)) {
            return SessionProof.noted(node(rest));
        }
        int end = rest.indexOf(TIME_ENDS);
        long openedAt = end < 0 ? 0 : Long.parseLong(rest.substring(0, end));
        return SessionProof.unnoted(node(rest.substring(end + 1)), Instant.ofEpochSecond(openedAt));
    }

    private static Optional<URI> node(String text) {
        return text.isEmpty() ? Optional.empty() : Optional.of(URI.create(text));
    }

    /** Each part with its length, so that none can be lengthened at the cost of the next; no user is not an empty one. */
    private static String what(String id, String backend, SessionOwner owner) {
        return Stream.of(backend, owner.user().map(user -> "user " + user).orElse(""), owner.client(), id)
                .map(part -> part.length() + ":" + part)
                .collect(Collectors.joining());
    }
}
