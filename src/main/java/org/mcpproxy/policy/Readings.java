package org.mcpproxy.policy;

import java.util.LinkedHashSet;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * All that a backend may take a name for: which {@code ?} or {@code #} ends the path depends on whether it decodes
 * before it looks, and some know neither.
 *
 * @param opening all of which a rule must open
 * @param others for restrictions alone
 */
record Readings(Set<Reading> opening, Set<Reading> others) {

    /** More have no honest use, and each costs a look into the rules. */
    private static final int MOST_ENDS = 8;

    /** RFC 9110 4.1 asks for 8,000. */
    private static final int MOST_SIGNS = 8_192;

    Readings {
        opening = Set.copyOf(opening);
        others = Set.copyOf(others);
    }

    static Readings of(String name) {
        return new Readings(Set.of(Reading.of(CanonicalName.of(name))), Set.of());
    }

    static Readings ofUri(String uri) {
        String plain = CanonicalUri.plain(uri);
        // In "https://a%2f@host" and "https://a\@host" it depends on the backend which is the host.
        String withoutUser = CanonicalUri.plain(UriAuthority.withoutUser(uri));
        Set<Reading> opening = new LinkedHashSet<>();
        Stream.of(plain, withoutUser).map(UriAuthority::normalized).distinct().forEach(text -> addAll(text, opening));
        Set<Reading> others = new LinkedHashSet<>();
        Stream.of(plain, UriAuthority.withoutHostOfFile(plain)).distinct().forEach(text -> addAll(text, others));
        return new Readings(opening, others);
    }

    /** Whether a name can be held to the rules at all. */
    static boolean canJudge(String uri) {
        return uri.length() <= MOST_SIGNS && ends(CanonicalUri.plain(uri)) <= MOST_ENDS;
    }

    /** Every form that a rule may be about. */
    Set<String> forms() {
        return Stream.concat(opening.stream(), others.stream())
                .flatMap(Reading::forms)
                .collect(Collectors.toUnmodifiableSet());
    }

    private static void addAll(String text, Set<Reading> readings) {
        int end = -1;
        for (int i = 0; i <= MOST_ENDS && end < text.length(); i++) {
            end = CanonicalUri.endOfPath(text, end + 1);
            readings.add(Reading.ofUri(text, end, 1));
            if (UriAuthority.hasHost(text)) {
                readings.add(Reading.ofUri(text, end, 2));
            }
        }
    }

    private static long ends(String text) {
        return text.chars().filter(sign -> sign == '?' || sign == '#').count();
    }
}
